//! The page for paths without content.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    ui::{FocusHeading, lead},
    words,
};

/// Shown for unknown paths, and for pages whose existence the user must not learn.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::PAGE_NOT_FOUND />
            {lead(words::NOTHING_AT_THIS_ADDRESS)}
            <p><A href="/">{words::GO_TO_START_PAGE}</A></p>
        </div>
    }
}
