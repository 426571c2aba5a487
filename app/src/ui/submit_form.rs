use leptos::{ev::SubmitEvent, prelude::*};

/// A form that hands its submit to the page: by button or by Enter in a field, once for each.
///
/// Errors are shown beside the fields, not by the browser's bubbles. `method="post"` keeps what was typed out of the address bar,
/// should it ever be submitted before the app has taken over.
#[component]
pub fn SubmitForm(
    /// Called once for each submit that counts.
    #[prop(into)]
    on_submit: Callback<()>,
    /// True while the last submit is under way.
    #[prop(optional, into)]
    pending: Signal<bool>,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() {
            on_submit.run(());
        }
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            {children()}
        </form>
    }
}
