//! The set-up of a passkey or security key.

use domain::second_factor::methods::MethodType;
use leptos::prelude::*;
use usecases::mfa::{KeyChoice, KeySetUp};

use super::{
    SetUpStep, Steps,
    confirmation::Confirmation,
    set_up::{Demanded, HEADING, begun, cancelling, leader, leads_away, other_method},
    wizard_path,
};
use crate::{
    api::mfa::{confirm_key, set_up_key},
    features::mfa::key_prompt::{KeyForm, KeyPrompt, challenges},
    shell::{Load, shell},
    ui::{
        FocusHeading,
        boxed::{boxed_view, effect},
        waiting_card,
    },
    words,
};

/// Asks the server for what the browser needs, when the page opens.
#[component]
pub(super) fn SetUpKey(kind: MethodType) -> impl IntoView {
    let handover = shell().handover;
    let path = wizard_path();
    let lead_away = leader();
    // A set-up that the server has stored already only gets another challenge.
    let choice = move || -> Option<KeyChoice> {
        let choice = handover.method_choice.get_value()?;
        let is_new = handover.pending.with_value(Option::is_none);
        is_new.then_some(KeyChoice {
            kind: choice.method_type.key_kind()?,
            name: choice.name,
            is_default: choice.is_default,
        })
    };
    let load = Load::now(move || set_up_key(choice()));
    effect(move || match load.result() {
        Some(Err(error)) => lead_away(error),
        Some(Ok(new_key)) => begun(new_key.kind.into(), new_key.purpose),
        None => {}
    });
    view! {
        <div class="page--narrow">
            <Steps at=SetUpStep::SetUp path kind />
            <FocusHeading label=HEADING />
            <Demanded />
            {boxed_view(move || match load.result() {
                Some(Ok(new_key)) => view! { <MakeKey new_key /> }.into_any(),
                Some(Err(error)) if leads_away(&error) => waiting_card(4),
                _ => load.without_answer(4),
            })}
            {other_method(path)}
        </div>
    }
}

#[component]
fn MakeKey(
    /// What the browser needs.
    new_key: KeySetUp,
) -> impl IntoView {
    let KeySetUp {
        kind,
        options,
        purpose,
    } = new_key;
    let kind = MethodType::from(kind);
    let confirmation = Confirmation::of(kind);
    let again = challenges(|| async { Ok(set_up_key(None::<KeyChoice>).await?.options) });
    let prompt = KeyPrompt::new(true, Some(options), again, confirmation.refused);
    let (failed, cancel) = cancelling(purpose, kind);
    let send = move |answer| confirmation.send(confirm_key(answer));
    view! {
        {failed}
        <div class="card">
            <KeyForm lead=words::before_key(kind) label=words::make_key(kind) prompt busy=confirmation.busy on_answer=send>
                {cancel}
            </KeyForm>
        </div>
    }
}
