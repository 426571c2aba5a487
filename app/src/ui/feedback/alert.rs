use leptos::{children::ViewFnOnce, prelude::*};

use crate::ui::{
    browser::{focus::bring_into_view, reactive::shown},
    form::button::Button,
    layout::icon::{Glyph, Icon},
    text::{wording, written::written},
};

/// How serious it is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum AlertKind {
    /// Something failed.
    #[default]
    Error,
    /// Something needs care.
    Warning,
    /// Something to know.
    Info,
}

/// A message in the flow of the page.
#[component]
pub fn Alert(
    /// How serious it is.
    #[prop(optional)]
    kind: AlertKind,
    /// Read out at once (`role="alert"`); turn off for what was there from the start.
    #[prop(default = true)]
    live: bool,
    /// What can be done about it, below the text and outside what is read out.
    #[prop(optional, into)]
    action: Option<ViewFnOnce>,
    /// The text.
    children: Children,
) -> impl IntoView {
    let (class, glyph) = match kind {
        AlertKind::Error => ("alert alert--error", Glyph::Error),
        AlertKind::Warning => ("alert alert--warning", Glyph::Warning),
        AlertKind::Info => ("alert alert--info", Glyph::Info),
    };
    view! {
        <div class=class>
            <Icon glyph />
            <div class="alert__body">
                <div class="alert__text" role=live.then_some("alert")>
                    {children()}
                </div>
                {action.map(|action| view! { <div class="alert__action">{action.run()}</div> }.into_any())}
            </div>
        </div>
    }
}

/// The error of a whole form, with `Try again` where that may help; nothing while there is none.
#[component]
pub fn FormError(
    /// What went wrong.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Offers `Try again` and calls this.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    shown(move || {
        let message = error.get();
        // It may stand above a form whose button was pressed below.
        if message.is_some() {
            bring_into_view(".alert--error");
        }
        let message = message.map(|message| match retry {
            Some(retry) => {
                view! {
                    <Alert action=move || view! { <Button label=wording::TRY_AGAIN on_press=move || retry.run(()) /> }>
                        <p use:written=message.into()></p>
                    </Alert>
                }
                .into_any()
            }
            None => view! { <Alert><p use:written=message.into()></p></Alert> }.into_any(),
        });
        message.into_any()
    })
}
