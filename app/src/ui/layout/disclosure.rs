use leptos::prelude::*;

use crate::ui::{
    boxed::boxed_handler,
    browser::id::unique_id,
    layout::icon::{Glyph, Icon},
    text::text_content::text_content,
};

/// A button that expands content below it.
///
/// Not `<details>`, because some screen readers don't announce its summary as a button, and users
/// look for a button with that name.
#[component]
pub fn Disclosure(
    /// The button's label.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is expanded, for changing it from outside.
    #[prop(optional)]
    open: RwSignal<bool>,
    /// The expandable content.
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
                on:click=boxed_handler(move |_| open.update(|open| *open = !*open))
            >
                <Icon glyph=Glyph::ChevronDown />
                <span use:text_content=label></span>
            </button>
            <div class="disclosure__content" id=id hidden=move || !open.get()>
                {children()}
            </div>
        </div>
    }
}
