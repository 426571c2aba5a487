use leptos::{ev::MouseEvent, html, prelude::*};

use crate::ui::{
    browser::{browser_call::get, reactive::clicked},
    layout::icon::{Glyph, Icon},
    text::{wording, written::written},
};

/// How much a button asks for attention; a page has one primary.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one action the page is for.
    Primary,
    /// An ordinary action.
    #[default]
    Secondary,
    /// A way aside: looks like a link.
    Quiet,
    /// Takes something away.
    Danger,
}

impl ButtonKind {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Secondary => "button button--secondary",
            Self::Quiet => "button button--quiet",
            Self::Danger => "button button--danger",
        }
    }
}

/// Whether a click is a further one of a double click: what the first one hands over would be there twice. A press by the keyboard is none,
/// and neither is a click that comes later than the system's time for a double click.
fn is_double_click(event: &MouseEvent) -> bool {
    get(event, "detail").and_then(|clicks| clicks.as_f64()) > Some(1.0)
}

/// A native button that shows its wait in its own words and can't be pressed twice.
///
/// Disabled and pending are `aria-disabled`, not `disabled`: the focus stays where it is and the reason can be read.
#[component]
pub fn Button(
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// Its weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// Submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// True while its action runs; must turn true within the press itself (as `Action::pending` does).
    #[prop(optional, into)]
    pending: Signal<bool>,
    /// Its words while pending, `Checking…`.
    #[prop(default = wording::WORKING.into(), into)]
    pending_label: Signal<String>,
    /// Not available now; say why beside it and pass that element's id as `described_by`.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Id of the element that says more.
    #[prop(optional, into)]
    described_by: Option<String>,
    /// A picture before the words, of what is handed over: to the clipboard, as a file, to a printer. A double click does that once.
    #[prop(optional, into)]
    icon: Option<Signal<Glyph>>,
    /// Called on each press that counts.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Takes the focus when the dialog around it opens.
    #[prop(optional)]
    autofocus: bool,
    /// To focus it from outside.
    #[prop(optional)]
    button_ref: NodeRef<html::Button>,
) -> impl IntoView {
    let blocked = move || pending.get() || disabled.get();
    let hands_over = icon.is_some();
    let press = move |event: MouseEvent| {
        // Read here, not from the attribute: a second click can arrive before the page is painted again.
        if untrack(blocked) || hands_over && is_double_click(&event) {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let words = Signal::derive(move || {
        if pending.get() {
            pending_label.get()
        } else {
            label.get()
        }
    });
    view! {
        <button
            class=kind.class()
            type=if submit { "submit" } else { "button" }
            aria-busy=move || pending.get().then_some("true")
            aria-disabled=move || blocked().then_some("true")
            aria-describedby=described_by
            autofocus=autofocus
            on:click=clicked(press)
            node_ref=button_ref
        >
            {icon.map(|glyph| view! { <Icon glyph /> }.into_any())}
            <span use:written=words></span>
        </button>
    }
}
