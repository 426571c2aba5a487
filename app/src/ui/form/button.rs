use leptos::{ev::MouseEvent, html, prelude::*};

use crate::{
    browser_call::get,
    ui::{
        boxed::boxed_handler,
        layout::icon::{Glyph, Icon},
        text::text_content::text_content,
    },
    words,
};

/// The emphasis of a button. A page has one primary button.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The main action of the page.
    Primary,
    /// An ordinary action.
    #[default]
    Secondary,
    /// A secondary way, which looks like a link.
    Quiet,
    /// A destructive action.
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

/// Whether this is a further click of a double click, which would repeat the first one's effect.
/// False for a press with the keyboard, and for a click after the system's double-click time.
fn is_double_click(event: &MouseEvent) -> bool {
    get(event, "detail").and_then(|clicks| clicks.as_f64()) > Some(1.0)
}

/// A native button that shows that its action is running, and can't be pressed twice.
///
/// Disabled and busy set `aria-disabled` instead of `disabled`, so that the button keeps the focus
/// and the reason can be read.
#[component]
pub fn Button(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// The emphasis.
    #[prop(optional)]
    kind: ButtonKind,
    /// Whether it submits the surrounding form.
    #[prop(optional)]
    submit: bool,
    /// True while the action runs. Must become true within the press itself.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// The label while busy, such as `Checking…`.
    #[prop(default = words::WORKING.into(), into)]
    busy_label: Signal<String>,
    /// Not available now. Explain the reason next to it, and pass that element's id as
    /// `described_by`.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Id of the element that describes it.
    #[prop(optional, into)]
    described_by: Option<String>,
    /// An icon before the label, for buttons that copy, download or print. A double click does that
    /// only once.
    #[prop(optional, into)]
    icon: Option<Signal<Glyph>>,
    /// Called on each effective press.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Takes the focus when the surrounding dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// For focusing it from outside.
    #[prop(optional)]
    button_ref: NodeRef<html::Button>,
) -> impl IntoView {
    let blocked = move || busy.get() || disabled.get();
    let hands_over = icon.is_some();
    let press = move |event: MouseEvent| {
        // Read here instead of from the attribute, because a second click can arrive before the
        // next rendering.
        if untrack(blocked) || hands_over && is_double_click(&event) {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let words = Signal::derive(move || {
        if busy.get() {
            busy_label.get()
        } else {
            label.get()
        }
    });
    view! {
        <button
            class=kind.class()
            type=if submit { "submit" } else { "button" }
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || blocked().then_some("true")
            aria-describedby=described_by
            autofocus=autofocus
            on:click=boxed_handler(press)
            node_ref=button_ref
        >
            {icon.map(|glyph| view! { <Icon glyph /> }.into_any())}
            <span use:text_content=words></span>
        </button>
    }
}

/// A button that is always available. Each [`Button`] fills all its settings, with code of its own.
pub fn button(label: &'static str, kind: ButtonKind, on_press: impl Into<Callback<()>>) -> AnyView {
    plain_button(label, kind, false.into(), on_press.into())
}

/// A button that shows that its action is running.
pub fn busy_button(
    label: &'static str,
    kind: ButtonKind,
    busy: impl Into<Signal<bool>>,
    on_press: impl Into<Callback<()>>,
) -> AnyView {
    plain_button(label, kind, busy.into(), on_press.into())
}

fn plain_button(
    label: &'static str,
    kind: ButtonKind,
    busy: Signal<bool>,
    on_press: Callback<()>,
) -> AnyView {
    view! { <Button label kind busy on_press /> }.into_any()
}

/// The primary button of a form; `busy_label` is its label while the form is being sent.
pub fn submit_button(
    label: &'static str,
    busy_label: &'static str,
    busy: impl Into<Signal<bool>>,
) -> AnyView {
    submits(label, busy_label, busy.into())
}

fn submits(label: &'static str, busy_label: &'static str, busy: Signal<bool>) -> AnyView {
    view! { <Button label kind=ButtonKind::Primary submit=true busy busy_label /> }.into_any()
}
