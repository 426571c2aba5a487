use leptos::prelude::*;

use crate::ui::{
    form::button::ButtonKind,
    layout::icon::{Glyph, Icon},
    text::written::written,
};

/// A link in a button's clothes: it leads somewhere, so it stays a link for keyboard, reader and middle click.
#[component]
pub fn LinkButton(
    /// Where to; the router takes over links of this origin.
    #[prop(into)]
    href: Signal<String>,
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
    /// Its weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// A picture before the words.
    #[prop(optional, into)]
    icon: Option<Signal<Glyph>>,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=move || href.get()>
            {icon.map(|glyph| view! { <Icon glyph /> }.into_any())}
            <span use:written=label></span>
        </a>
    }
}
