use leptos::prelude::*;

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
    view! {
        // The role is said again because Safari forgets it when the list has no markers.
        <ol class="codes" id=id role="list" aria-label=move || label.get()>
            {move || codes.get().into_iter().map(|code| view! { <li class="codes__code">{code}</li> }.into_any()).collect_view()}
        </ol>
    }
}
