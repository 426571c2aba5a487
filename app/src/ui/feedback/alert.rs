use leptos::{children::ViewFnOnce, prelude::*};

use crate::{
    ui::{
        boxed::boxed_view,
        browser::focus::bring_into_view,
        form::button::{ButtonKind, button},
        layout::icon::{Glyph, Icon},
        text::static_text::paragraph,
    },
    words,
};

/// The severity of an alert.
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
    /// The severity.
    #[prop(optional)]
    kind: AlertKind,
    /// Announces it at once (`role="alert"`). Turn this off for messages that are on the page from
    /// the start.
    #[prop(default = true)]
    live: bool,
    /// An action, below the text and outside of the announced part.
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

/// One sentence that is on the page from the start.
pub fn note(kind: AlertKind, words: impl Into<Signal<String>>) -> AnyView {
    note_of(kind, words.into())
}

fn note_of(kind: AlertKind, words: Signal<String>) -> AnyView {
    view! { <Alert kind live=false>{paragraph(words)}</Alert> }.into_any()
}

/// The error of a whole form, with `Try again` if that may help; empty without an error.
#[component]
pub fn FormError(
    /// What went wrong.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Offers `Try again` and calls this.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    boxed_view(move || {
        let message = error.get();
        // The message may be above a form whose button is below the visible part.
        if message.is_some() {
            bring_into_view(".alert--error");
        }
        let message = message.map(|message| match retry {
            Some(retry) => {
                view! {
                    <Alert action=move || button(words::TRY_AGAIN, ButtonKind::Secondary, move || retry.run(()))>
                        {paragraph(message)}
                    </Alert>
                }
                .into_any()
            }
            None => view! { <Alert>{paragraph(message)}</Alert> }.into_any(),
        });
        message.into_any()
    })
}
