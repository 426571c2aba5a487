use domain::second_factor::step_up::{Intent, ProtectedAction};
use leptos::prelude::*;

use usecases::{
    secret_text::SecretText,
    session::Code,
    step_up::{StepUpCode, StepUpKey, StepUpRequest},
};

use super::action_flow;

use crate::{
    api::step_up::{asked, cancel, key_challenge, verify_backup_code, verify_code, verify_key},
    features::mfa::{
        key_prompt::challenges,
        second_factor_form::{FactorInput, SecondFactorForm},
    },
    routes::{AfterPassword, Page},
    shell::{Load, navigator, shell, view::app_error_alert::in_words},
    ui::{
        AlertKind, ButtonKind, FocusHeading, FormError, Skeleton, When,
        boxed::{boxed_view, effect},
        button, note, paragraph,
    },
    wire::error::AppError,
    words,
};

/// `/verify/:action`: verifies the identity before an action, and states the action's effect.
#[component]
pub(crate) fn StepUp(action: ProtectedAction) -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let load = Load::now(asked);
    let is_this = move |asked: &Option<StepUpRequest>| {
        asked
            .as_ref()
            .is_some_and(|asked| asked.intent.action() == action)
    };
    effect(move || {
        if matches!(load.result(), Some(Ok(asked)) if !is_this(&asked)) {
            shell.flash.keep();
            navigator.replace(&Page::Profile);
        }
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::IDENTITY_VERIFICATION />
            {boxed_view(move || match load.result() {
                Some(Ok(Some(asked))) if asked.intent.action() == action => view! { <Question asked /> }.into_any(),
                _ => load.without_answer(4),
            })}
        </div>
    }
}

#[component]
fn Question(asked: StepUpRequest) -> impl IntoView {
    let (shell, navigator, flow) = (shell(), navigator(), action_flow());
    let action = asked.intent.action();
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let (verified, leaving) = (RwSignal::new(false), RwSignal::new(false));
    let cost = words::cost(action, asked.about.as_deref(), shell.session.default_type());
    let asked = StoredValue::new(asked);
    let perform = move || {
        let StepUpRequest { intent, about } = asked.get_value();
        flow.perform(intent, about);
    };
    let sent = StoredValue::new(None::<SecretText>);
    let intent = move || asked.with_value(|asked| asked.intent.clone());
    let was_lost = StoredValue::new(false);
    let done = move |answer| match answer {
        Ok(()) => {
            verified.set(true);
            perform();
        }
        Err(AppError::PasswordRequired) => {
            let then = sent.try_update_value(Option::take).flatten().map_or_else(
                || AfterPassword::Open(Page::StepUp(action)),
                |code| AfterPassword::Verify(action, code),
            );
            shell.return_to.after_password.set(Some(then));
            navigator.replace(&Page::ConfirmPassword);
        }
        Err(AppError::NothingPending) if !was_lost.get_value() => {
            shell.flash.warn(words::refusal(&AppError::NothingPending));
            navigator.replace(&Page::Profile);
        }
        Err(error) => {
            if words::is_lost(&error) {
                was_lost.try_set_value(true);
            } else if was_lost.try_get_value() == Some(true) && is_used(&error) {
                // The previous attempt, whose response was lost, may have been accepted. Then the
                // action is granted, and continues.
                flow.resume(intent(), asked.with_value(|asked| asked.about.clone()));
            }
            refused.try_set(Some(error));
        }
    };
    // A refusal that another attempt can't fix leads back to where the action started.
    effect(move || {
        let final_word = flow.failed.get().filter(|error| !words::is_lost(error));
        if let Some(error) = final_word {
            shell.flash.warn(words::refusal(&error));
            shell.refresh();
            navigator.replace(&back(&intent()));
        }
    });
    let submit = move |given| match given {
        FactorInput::Code(code) => {
            let intent = intent().into();
            shell.call(busy, verify_code(StepUpCode { intent, code }), done);
        }
        FactorInput::BackupCode(code) => {
            sent.set_value(Some(code.clone()));
            let request = StepUpCode {
                intent: intent().into(),
                code: Code { code, by: None },
            };
            shell.call(busy, verify_backup_code(request), done);
        }
        FactorInput::Key(key) => {
            let intent = intent().into();
            shell.call(busy, verify_key(StepUpKey { intent, key }), done);
        }
    };
    let leave = move || {
        let back = back(&asked.read_value().intent);
        // Nothing was granted, so it does not matter whether the request is deleted now or expires
        // in ten minutes.
        shell.call(leaving, cancel(), move |_| navigator.replace(&back));
    };
    let typed = shell.handover.take_typed_code();
    let failed = in_words(flow.failed);
    let is_on = move || verified.get() && flow.failed.read().is_none();
    view! {
        {note(AlertKind::Info, cost)}
        <div class="card">
            <FormError error=failed retry=perform />
            <When holds=move || !verified.get()>
                <SecondFactorForm challenges=challenges(key_challenge) refused busy typed=typed.clone() avoided=intent().method().cloned() on_submit=submit on_cancel=leave />
            </When>
            <When holds=move || is_on() && flow.busy.get()>
                <Skeleton lines=2 />
            </When>
            // The connection was lost, and is back.
            <When holds=move || is_on() && !flow.busy.get()>
                {paragraph(words::VERIFIED_AND_NOT_DONE)}
                <div class="actions">{button("Continue", ButtonKind::Primary, perform)}</div>
            </When>
        </div>
    }
}

/// Whether this is the refusal of a code that was already accepted once.
const fn is_used(error: &AppError) -> bool {
    matches!(
        error,
        AppError::AlreadyUsed { .. } | AppError::BackupCodeUsed | AppError::NothingPending
    )
}

/// The page where the action was started.
pub(super) fn back(intent: &Intent) -> Page {
    match intent {
        Intent::Add | Intent::Reset { .. } | Intent::Delete { .. } | Intent::Generate => {
            Page::Profile
        }
        Intent::RuleOff { .. } => Page::Accounts,
        Intent::MemberReset { account, .. } => Page::Members(account.clone()),
    }
}
