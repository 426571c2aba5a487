use domain::second_factor::one_time_code::OneTimeCode;
use leptos::prelude::*;

use usecases::{secret_text::SecretText, session::Code};

use super::{SetUpStep, Steps, wizard_path};

use crate::{
    api::{
        mfa::{confirm, pending as has_key},
        session::whoami,
    },
    features::mfa::code_form::CodeForm,
    routes::Page,
    shell::{Load, Shell, navigator, shell},
    ui::{
        Button, FocusHeading, FormError, Skeleton,
        boxed::{boxed_view, effect},
        lead,
    },
    wire::error::{AppError, Field},
    words,
};

/// `/profile/mfa/verify`: confirms the new authenticator application.
#[component]
pub(crate) fn VerifyMethod() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let path = wizard_path();
    let waiting = Load::now(has_key);
    effect(move || {
        if waiting.result() == Some(Ok(false)) {
            if shell.handover.take_key_was_shown() {
                explain_missing_key(&shell);
            } else {
                shell.flash.keep();
            }
            navigator.replace(&Page::Profile);
        }
    });
    view! {
        <div class="page--narrow">
            <Steps at=SetUpStep::Verify path />
            <FocusHeading label=words::IDENTITY_VERIFICATION />
            {boxed_view(move || match waiting.result() {
                None | Some(Ok(false)) => view! { <div class="card"><Skeleton lines=3 /></div> }.into_any(),
                Some(Ok(true)) => view! { <Proof /> }.into_any(),
                Some(Err(error)) => view! { <FormError error=Some(words::refusal(&error)) retry=move || waiting.reload() /> }.into_any(),
            })}
        </div>
    }
}

/// The key that this tab has shown is no longer pending, because another tab was faster or it
/// expired.
fn explain_missing_key(shell: &Shell) {
    let has_mfa = untrack(|| shell.session.viewer()).is_some_and(|viewer| viewer.has_mfa);
    let why = if has_mfa {
        AppError::AlreadySetUp
    } else {
        AppError::NothingPending
    };
    shell.flash.warn(words::refusal(&why));
    shell.refresh();
}

#[component]
fn Proof() -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let code = RwSignal::new(String::new());
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let was_lost = StoredValue::new(false);
    let has_mfa = untrack(|| shell.session.viewer()).is_some_and(|viewer| viewer.has_mfa);
    let submit = move || {
        if code.read_untracked().parse::<OneTimeCode>().is_err() {
            return refused.set(Some(AppError::Invalid { field: Field::Code }));
        }
        let request = Code {
            code: SecretText::new(code.get_untracked()),
            by: None,
        };
        shell.call(busy, confirm(request), move |answer| match answer {
            // A further method brings no codes.
            Ok(None) => {
                shell.handover.end_set_up();
                shell.flash.say(words::ADDED.to_owned());
                shell.refresh();
                navigator.replace(&Page::Profile);
            }
            Ok(Some(mut sheet)) => {
                let viewer = sheet.viewer.take();
                shell.handover.sheet.set_value(Some(sheet));
                // A forced set-up ends with this code, so Back must not return to it.
                match viewer {
                    Some(viewer) => shell.set_viewer(Some(viewer)),
                    None => shell.refresh(),
                }
                shell.handover.end_set_up();
                navigator.replace(&Page::BackupCodes);
            }
            Err(error @ (AppError::AlreadySetUp | AppError::NothingPending))
                if !was_lost.get_value() =>
            {
                shell.flash.warn(words::refusal(&error));
                shell.refresh();
                navigator.replace(&Page::Profile);
            }
            // If the response to this tab's own code was lost, this session has codes to save.
            Err(error @ (AppError::AlreadySetUp | AppError::NothingPending)) => {
                shell.call(busy, whoami(), move |answer| {
                    let has_codes = matches!(&answer, Ok(Some(viewer)) if viewer.has_unsaved_codes);
                    match answer {
                        Ok(viewer) => shell.set_viewer(viewer),
                        Err(_) => shell.refresh(),
                    }
                    if has_codes {
                        shell.handover.end_set_up();
                        return navigator.replace(&Page::BackupCodes);
                    }
                    shell.flash.warn(words::refusal(&error));
                    navigator.replace(&Page::Profile);
                });
            }
            Err(error) => {
                let is_lost = words::is_lost(&error);
                was_lost.try_update_value(|was_lost| *was_lost |= is_lost);
                refused.try_set(Some(error));
            }
        });
    };
    view! {
        <div class="card">
            {lead(if has_mfa { words::ENTER_THE_NEW_CODE } else { words::ENTER_A_CODE })}
            <CodeForm label=words::SIX_DIGIT_CODE code refused busy on_submit=submit>
                <Button label="Back" on_press=move || navigator.replace(&Page::SetUp) />
            </CodeForm>
        </div>
    }
}
