//! Leptos' `Show`, compiled once: with a condition of its own type each brings a copy of it into the pages, almost a kilobyte.

use leptos::prelude::*;

use crate::ui::browser::reactive::{memo, shown};

/// Shows its children while a condition holds, and a fallback otherwise.
#[component]
pub fn When(
    /// The condition.
    #[prop(into)]
    holds: Signal<bool>,
    /// What is shown otherwise.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What is shown while it holds.
    children: ChildrenFn,
) -> impl IntoView {
    // What is shown is made anew only when the condition changes, not whenever what it reads does.
    let holds = memo(move || holds.get());
    shown(move || {
        if holds.get() {
            children().into_any()
        } else {
            fallback.run()
        }
    })
}
