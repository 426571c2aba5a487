use leptos::prelude::*;

use crate::ui::text::text_content::text_content;

/// The colour of a badge. The words carry the meaning; the colour only supports it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum BadgeKind {
    /// On, no problem.
    Ok,
    /// Off, no state.
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

/// A state in one or two words.
#[component]
pub fn Badge(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// The colour.
    #[prop(optional, into)]
    kind: Signal<BadgeKind>,
) -> impl IntoView {
    view! { <span class=move || kind.get().class() use:text_content=label></span> }
}
