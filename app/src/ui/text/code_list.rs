use leptos::prelude::*;

use crate::ui::browser::reactive::shown;

/// A list of codes in big, even letters; each item's text is exactly its code.
#[component]
pub fn CodeList(
    /// Names the list.
    #[prop(into)]
    label: Signal<String>,
    /// Its id, for `CopyButton`'s `source`.
    #[prop(into)]
    id: String,
    /// The codes.
    #[prop(into)]
    codes: Signal<Vec<String>>,
) -> impl IntoView {
    let items = shown(move || {
        let item = |code| view! { <li class="codes__code">{code}</li> }.into_any();
        codes.get().into_iter().map(item).collect_view().into_any()
    });
    view! {
        // The role is said again because Safari forgets it when the list has no markers.
        <ol class="codes" id=id role="list" aria-label=move || label.get() translate="no">
            {items}
        </ol>
    }
}
