use leptos::prelude::*;

/// Tells a password manager whose password stands beside it; people neither see nor reach it.
#[component]
pub fn HiddenUsername(
    /// The address the person signs in with.
    #[prop(into)]
    email: Signal<String>,
) -> impl IntoView {
    view! {
        <input
            class="visually-hidden"
            type="email"
            name="username"
            autocomplete="username"
            tabindex="-1"
            aria-hidden="true"
            readonly
            prop:value=move || email.get()
        />
    }
}
