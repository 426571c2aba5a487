use leptos::prelude::*;

use crate::ui::{
    browser::{id::unique_id, reactive::clicked},
    layout::icon::{Glyph, Icon},
    text::written::written,
};

/// A button that unfolds more below it.
///
/// Not `<details>`: its summary is no button for every reader, and people look for a button by that name.
#[component]
pub fn Disclosure(
    /// The button's words.
    #[prop(into)]
    label: Signal<String>,
    /// Unfolded or not; give it to open or close it from outside.
    #[prop(optional)]
    open: RwSignal<bool>,
    /// What unfolds.
    children: Children,
) -> impl IntoView {
    let id = unique_id("more");
    view! {
        <div class="disclosure">
            <button
                class="disclosure__button"
                type="button"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=id.clone()
                on:click=clicked(move |_| open.update(|open| *open = !*open))
            >
                <Icon glyph=Glyph::ChevronDown />
                <span use:written=label></span>
            </button>
            <div class="disclosure__content" id=id hidden=move || !open.get()>
                {children()}
            </div>
        </div>
    }
}
