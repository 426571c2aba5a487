//! The gallery at `/gallery`: every widget of [`crate::ui`] in every state, in both themes. Only
//! builds with the feature `gallery` have it.
//!
//! There is one file for each family. `cargo xtask gallery` builds and serves it; a test of xtask
//! fails if a widget is missing here.

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

/// The app, with the gallery instead of it at `/gallery`.
#[component]
pub fn App() -> impl IntoView {
    let address = window().location().pathname().unwrap_or_default();
    if address == "/gallery" {
        view! { <page::Gallery /> }.into_any()
    } else {
        view! { <crate::app::App /> }.into_any()
    }
}

/// A signal with this start value.
fn some(text: &str) -> RwSignal<Option<String>> {
    RwSignal::new(Some(text.to_owned()))
}

/// A signal with this text, as if it had been typed.
fn typed(text: &str) -> RwSignal<String> {
    RwSignal::new(text.to_owned())
}
