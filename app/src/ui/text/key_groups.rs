use leptos::prelude::*;

use crate::ui::text::{format::groups_of_four, text_content::text_content};

/// A key in groups of four, which are easy to type on another device.
#[component]
pub fn KeyGroups(
    /// The key without spaces.
    #[prop(into)]
    value: Signal<String>,
    /// The id, for `CopyButton`'s `source`.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let groups = Signal::derive(move || groups_of_four(&value.read()).join(" "));
    view! { <code class="key" id=id translate="no" use:text_content=groups></code> }
}
