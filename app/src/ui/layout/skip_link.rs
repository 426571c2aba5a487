use leptos::{ev::MouseEvent, prelude::*};

use crate::ui::{
    browser::{focus::focus, reactive::clicked},
    text::written::written,
};

/// First stop of the keyboard: jumps over the header.
///
/// The router would take the click, scroll and leave the focus behind, so it is moved here.
#[component]
pub fn SkipLink(
    /// Its words.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let skip = |event: MouseEvent| {
        event.prevent_default();
        focus("#main");
    };
    view! {
        <a class="skip-link" href="#main" on:click=clicked(skip) use:written=label></a>
    }
}
