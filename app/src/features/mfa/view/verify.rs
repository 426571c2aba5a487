use domain::second_factor::{methods::MethodType, one_time_code::OneTimeCode};
use leptos::prelude::*;

use usecases::{secret_text::SecretText, session::Code};

use super::{SetUpStep, Steps, confirmation::Confirmation, wizard_path};

use crate::{
    api::mfa::{confirm, pending},
    features::mfa::{code_form::CodeForm, key_prompt::is_key},
    routes::Page,
    shell::{Load, Shell, navigator, shell},
    ui::{
        ButtonKind, FocusHeading, When,
        boxed::{boxed_view, effect},
        button, lead,
    },
    wire::error::{AppError, Field},
    words,
};

/// `/profile/mfa/verify`: confirms the new authenticator application.
#[component]
pub(crate) fn VerifyMethod() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let waiting = Load::now(pending);
    let is_known = RwSignal::new(shell.handover.method_choice.with_value(Option::is_some));
    effect(move || match waiting.result() {
        Some(Ok(None)) => {
            if shell.handover.take_key_was_shown() {
                explain_missing_key(&shell);
            } else {
                shell.flash.keep();
            }
            navigator.replace(&Page::Profile);
        }
        Some(Ok(Some(pending))) => {
            let kind = pending.method_type;
            shell.handover.pending.set_value(Some(pending));
            is_known.set(true);
            // A key is confirmed by its set-up.
            if is_key(kind) {
                shell.flash.keep();
                navigator.replace(&Page::SetUp);
            }
        }
        _ => {}
    });
    view! {
        <div class="page--narrow">
            <When holds=is_known>
                <Steps at=SetUpStep::Verify path=wizard_path() kind=MethodType::Application />
            </When>
            <FocusHeading label=words::IDENTITY_VERIFICATION />
            {boxed_view(move || match waiting.result() {
                Some(Ok(Some(_))) => view! { <Proof /> }.into_any(),
                _ => waiting.without_answer(3),
            })}
        </div>
    }
}

/// The key that this tab has shown is no longer pending, because another tab was faster or it
/// expired.
fn explain_missing_key(shell: &Shell) {
    let has_mfa = untrack(|| shell.session.has_mfa());
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
    let navigator = navigator();
    let code = RwSignal::new(String::new());
    let confirmation = Confirmation::of(MethodType::Application);
    let (refused, busy) = (confirmation.refused, confirmation.busy);
    let has_mfa = untrack(|| shell().session.has_mfa());
    let submit = move || {
        if code.read_untracked().parse::<OneTimeCode>().is_err() {
            return refused.set(Some(AppError::Invalid { field: Field::Code }));
        }
        let request = Code {
            code: SecretText::new(code.get_untracked()),
            by: None,
        };
        confirmation.send(confirm(request));
    };
    view! {
        <div class="card">
            {lead(if has_mfa { words::ENTER_THE_NEW_CODE } else { words::ENTER_A_CODE })}
            <CodeForm label=words::SIX_DIGIT_CODE code refused busy on_submit=submit>
                {button("Back", ButtonKind::Secondary, move || navigator.replace(&Page::SetUp))}
            </CodeForm>
        </div>
    }
}
