//! Views of a refusal.

use leptos::prelude::*;

use crate::{
    error::AppError,
    refusal::{Placement, Wait, placement, wait},
    ui::{CodeField, CodeKind, Countdown, FormError},
    words,
};

/// The refusal of a whole form, with `Try again` where that may help.
#[component]
pub(crate) fn Refused(
    /// Why.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// Does the same again.
    #[prop(into)]
    retry: Callback<()>,
    /// Other words than the usual ones.
    #[prop(optional)]
    words: Option<fn(&AppError) -> String>,
) -> impl IntoView {
    let words = words.unwrap_or(words::refusal);
    let said = move |place| Signal::derive(move || error.get().filter(|error| placement(error) == place).map(|error| words(&error)));
    view! {
        <FormError error=said(Placement::Again) retry />
        <FormError error=said(Placement::Form) />
        {move || error.get().filter(|error| placement(error) == Placement::Form).as_ref().and_then(wait).map(count_down)}
    }
}

fn count_down(wait: Wait) -> impl IntoView {
    match wait {
        Wait::NextCode(seconds) => view! { <p><Countdown seconds label=words::NEXT_CODE_IN done=words::NEXT_CODE_NOW /></p> }.into_any(),
        Wait::Attempt(seconds) => view! { <p><Countdown seconds label=words::TRY_AGAIN_IN /></p> }.into_any(),
    }
}

/// A code's field with its refusal, and a countdown where it says to wait.
#[component]
pub(crate) fn CodeEntry(
    /// The field's name.
    label: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// Digits or backup code.
    kind: CodeKind,
    /// Why the last one was refused.
    error: RwSignal<Option<AppError>>,
    /// A word of help.
    #[prop(optional)]
    hint: &'static str,
    /// Takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let beside = Signal::derive(move || error.get().filter(|error| placement(error) == Placement::Field));
    let said = Signal::derive(move || beside.get().map(|error| words::refusal(&error)));
    let field = if hint.is_empty() {
        view! { <CodeField label value kind error=said autofocus /> }.into_any()
    } else {
        view! { <CodeField label value kind error=said autofocus hint /> }.into_any()
    };
    view! {
        {field}
        {move || beside.get().as_ref().and_then(wait).map(count_down)}
    }
}
