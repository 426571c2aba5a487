//! The page for paths without content.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::FocusHeading;

/// Shown for unknown paths, and for pages whose existence the user must not learn.
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
