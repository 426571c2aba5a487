//! Every widget of [`crate::ui`] in every state, in both themes: `/gallery`, in builds with the feature `gallery` and in no other.
//!
//! One file a family. `cargo xtask gallery` builds and serves it; a test of xtask fails when a widget is missing here.

mod badges;
mod buttons;
mod choices;
mod codes;
mod dialogs;
mod fields;
mod frame;
mod icons;
mod messages;
mod navigation;
mod page;
mod tables;

use leptos::prelude::*;

/// The app, and at `/gallery` the gallery in its place.
#[component]
pub fn App() -> impl IntoView {
    let address = window().location().pathname().unwrap_or_default();
    if address == "/gallery" {
        view! { <page::Gallery /> }.into_any()
    } else {
        view! { <crate::app::App /> }.into_any()
    }
}

/// A signal that a specimen starts with and may change.
fn some(text: &str) -> RwSignal<Option<String>> {
    RwSignal::new(Some(text.to_owned()))
}

/// Text as if somebody had typed it.
fn typed(text: &str) -> RwSignal<String> {
    RwSignal::new(text.to_owned())
}
