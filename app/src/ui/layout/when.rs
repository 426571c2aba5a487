//! Leptos' `Show`, compiled once. With its own condition type, each use would add almost a kilobyte
//! to the pages.

use leptos::prelude::*;

use crate::ui::boxed::{boxed_view, memo};

/// Shows its children while a condition holds, and otherwise a fallback.
#[component]
pub fn When(
    /// The condition.
    #[prop(into)]
    holds: Signal<bool>,
    /// Shown while the condition does not hold.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// Shown while the condition holds.
    children: ChildrenFn,
) -> impl IntoView {
    // The content is rebuilt only when the condition changes, not whenever a signal that it reads
    // changes.
    let holds = memo(move || holds.get());
    boxed_view(move || {
        if holds.get() {
            children().into_any()
        } else {
            fallback.run()
        }
    })
}
