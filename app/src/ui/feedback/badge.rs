use leptos::prelude::*;

use crate::ui::text::written::written;

/// What a badge's colour supports; its words say it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum BadgeKind {
    /// On, fine.
    Ok,
    /// Off, nothing.
    #[default]
    Off,
    /// Needs care.
    Warning,
    /// A property rather than a state.
    Plain,
}

impl BadgeKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Ok => "badge badge--ok",
            Self::Off => "badge badge--off",
            Self::Warning => "badge badge--warning",
            Self::Plain => "badge badge--plain",
        }
    }
}

/// A state in a word or two.
#[component]
pub fn Badge(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// The colour.
    #[prop(optional, into)]
    kind: Signal<BadgeKind>,
) -> impl IntoView {
    view! { <span class=move || kind.get().class() use:written=label></span> }
}
