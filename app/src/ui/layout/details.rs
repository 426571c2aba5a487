use leptos::prelude::*;

use crate::ui::text::text_content::text_content;

/// A list of names and values, one pair on each line.
#[component]
pub fn DetailsList(
    /// The pairs.
    children: Children,
) -> impl IntoView {
    view! { <dl class="details">{children()}</dl> }
}

/// One pair of a `DetailsList`.
#[component]
pub fn Detail(
    /// The name.
    #[prop(into)]
    label: Signal<String>,
    /// The value.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="details__pair">
            <dt class="details__name" use:text_content=label></dt>
            <dd class="details__value">{children()}</dd>
        </div>
    }
}
