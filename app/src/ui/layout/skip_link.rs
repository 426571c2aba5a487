use leptos::{ev::MouseEvent, prelude::*};

use crate::ui::{boxed::boxed_handler, browser::focus::focus, text::text_content::text_content};

/// The first keyboard stop, which skips the header.
///
/// The router would handle the click and scroll without moving the focus, so the focus is moved
/// here.
#[component]
pub fn SkipLink(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let skip = |event: MouseEvent| {
        event.prevent_default();
        focus("#main");
    };
    view! {
        <a class="skip-link" href="#main" on:click=boxed_handler(skip) use:text_content=label></a>
    }
}
