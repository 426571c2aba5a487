use domain::second_factor::one_time_code::OneTimeCode;
use leptos::prelude::*;

use usecases::{secret_text::SecretText, session::Code};

use super::{Step, Steps, is_short};

use crate::{
    api::{
        mfa::{confirm, pending as is_pending},
        session::whoami,
    },
    features::mfa::code_form::CodeForm,
    routes::Page,
    shell::{Shell, go, load, shell},
    ui::{
        Button, FocusHeading, FormError, Skeleton,
        boxed::{boxed_view, effect},
    },
    wire::error::{AppError, Field},
    words,
};

/// `/profile/mfa/verify`: confirms the new authenticator application.
#[component]
pub(crate) fn VerifyMethod() -> impl IntoView {
    let (shell, go) = (shell(), go());
    let is_short = is_short();
    let (waiting, reload) = load(is_pending);
    effect(move || {
        if waiting.get() == Some(Ok(false)) {
            if shell
                .key_was_shown
                .try_update_value(std::mem::take)
                .unwrap_or_default()
            {
                gone(&shell);
            } else {
                shell.keep_status();
            }
            go(Page::Profile, true);
        }
    });
    view! {
        <div class="page--narrow">
            <Steps at=Step::Verify is_short />
            <FocusHeading label="Identity verification" />
            {boxed_view(move || match waiting.get() {
                None | Some(Ok(false)) => view! { <div class="card"><Skeleton lines=3 /></div> }.into_any(),
                Some(Ok(true)) => view! { <Proof /> }.into_any(),
                Some(Err(error)) => view! { <FormError error=Some(words::refusal(&error)) retry=reload /> }.into_any(),
            })}
        </div>
    }
}

/// The key that this tab has shown is no longer pending, because another tab was faster or it expired.
fn gone(shell: &Shell) {
    let has_mfa = untrack(|| shell.viewer()).is_some_and(|viewer| viewer.has_mfa);
    let why = if has_mfa {
        AppError::AlreadySetUp
    } else {
        AppError::NothingPending
    };
    shell.warn(words::refusal(&why));
    shell.refresh();
}

#[component]
fn Proof() -> impl IntoView {
    let shell = shell();
    let go = go();
    let code = RwSignal::new(String::new());
    let (refused, pending) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let was_lost = StoredValue::new(false);
    let submit = move || {
        if code.read_untracked().parse::<OneTimeCode>().is_err() {
            return refused.set(Some(AppError::Invalid { field: Field::Code }));
        }
        let request = Code {
            code: SecretText::new(code.get_untracked()),
        };
        shell.call(pending, confirm(request), move |answer| match answer {
            Ok(mut sheet) => {
                let viewer = sheet.viewer.take();
                shell.sheet.set_value(Some(sheet));
                // A forced set-up ends with this code, so Back must not return to it.
                match viewer {
                    Some(viewer) => shell.set_viewer(Some(viewer)),
                    None => shell.refresh(),
                }
                shell.reset_is_open.set_value(false);
                shell.key_was_shown.set_value(false);
                go(Page::BackupCodes, true);
            }
            Err(error @ (AppError::AlreadySetUp | AppError::NothingPending))
                if !was_lost.get_value() =>
            {
                shell.warn(words::refusal(&error));
                shell.refresh();
                go(Page::Profile, true);
            }
            // If the response to this tab's own code was lost, this session has codes to save.
            Err(error @ (AppError::AlreadySetUp | AppError::NothingPending)) => {
                shell.call(pending, whoami(), move |answer| {
                    let has_codes = matches!(&answer, Ok(Some(viewer)) if viewer.has_unsaved_codes);
                    match answer {
                        Ok(viewer) => shell.set_viewer(viewer),
                        Err(_) => shell.refresh(),
                    }
                    if has_codes {
                        shell.reset_is_open.set_value(false);
                        shell.key_was_shown.set_value(false);
                        return go(Page::BackupCodes, true);
                    }
                    shell.warn(words::refusal(&error));
                    go(Page::Profile, true);
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
            <p class="lead">"Enter the 6-digit code displayed by your authenticator application."</p>
            <CodeForm label="6-digit code" code refused pending on_submit=submit>
                <Button label="Back" on_press=move || go(Page::SetUp, true) />
            </CodeForm>
        </div>
    }
}
