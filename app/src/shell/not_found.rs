//! An address at which there is nothing.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::FocusHeading;

/// Anything else, and what a person may not know to exist.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <div class="page--narrow">
            <FocusHeading label="Page not found" />
            <p class="lead">"There is nothing at this address."</p>
            <p><A href="/">"Go to the start page"</A></p>
        </div>
    }
}
