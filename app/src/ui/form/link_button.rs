use leptos::prelude::*;

use crate::ui::{
    form::button::ButtonKind,
    layout::icon::{Glyph, Icon},
    text::text_content::text_content,
};

/// A link that looks like a button. The element stays a link for keyboards, screen readers and
/// middle clicks, because it navigates.
#[component]
pub fn LinkButton(
    /// The target. The router handles links of this origin.
    #[prop(into)]
    href: Signal<String>,
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// The emphasis.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the label.
    #[prop(optional, into)]
    icon: Option<Signal<Glyph>>,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=move || href.get()>
            {icon.map(|glyph| view! { <Icon glyph /> }.into_any())}
            <span use:text_content=label></span>
        </a>
    }
}

/// A link without an icon. Each [`LinkButton`] fills all its settings, with code of its own.
pub fn link_button(href: &'static str, label: &'static str, kind: ButtonKind) -> AnyView {
    view! { <LinkButton href label kind /> }.into_any()
}
