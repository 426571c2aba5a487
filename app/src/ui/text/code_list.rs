use leptos::prelude::*;

use crate::ui::boxed::boxed_view;

/// A list of codes in large monospaced letters. The text of each item is exactly its code.
#[component]
pub fn CodeList(
    /// The name of the list.
    #[prop(into)]
    label: Signal<String>,
    /// The id of the list, for `CopyButton`'s `source`.
    #[prop(into)]
    id: String,
    /// The codes.
    #[prop(into)]
    codes: Signal<Vec<String>>,
) -> impl IntoView {
    let items = boxed_view(move || {
        let item = |code| view! { <li class="codes__code">{code}</li> }.into_any();
        codes.get().into_iter().map(item).collect_view().into_any()
    });
    view! {
        // The role is set explicitly, because Safari drops it from lists without markers.
        <ol class="codes" id=id role="list" aria-label=move || label.get() translate="no">
            {items}
        </ol>
    }
}
