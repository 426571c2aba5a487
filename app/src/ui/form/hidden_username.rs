use leptos::prelude::*;

/// Tells a password manager whose password the form contains. Users can neither see nor focus it.
#[component]
pub fn HiddenUsername(
    /// The address that the user signs in with.
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
