use leptos::prelude::*;
use usecases::{secret_text::SecretText, session::PasswordOnly};

use crate::{
    api::session::confirm_password,
    features::step_up::view::action_flow,
    routes::{AfterPassword, Page},
    shell::{
        navigator, shell,
        view::app_error_alert::{AppErrorAlert, in_words},
    },
    ui::{
        FocusHeading, FormError, HiddenUsername, PasswordField, SubmitForm, focus_first_invalid,
        lead, submit_button,
    },
    wire::error::AppError,
    words,
};

/// The page after the password if a reload has cleared the shell's state: the unsaved codes, or the
/// pending key. Without a pending key the set-up leads to My profile.
fn after_reload(has_unsaved_codes: bool) -> Page {
    if has_unsaved_codes {
        Page::BackupCodes
    } else {
        Page::SetUp
    }
}

/// `/confirm-password`: the password, before an action that a stolen open session must not allow.
#[component]
pub(crate) fn ConfirmPassword() -> impl IntoView {
    let (shell, navigator, flow) = (shell(), navigator(), action_flow());
    let otherwise = after_reload(untrack(|| shell.session.has_unsaved_codes()));
    let why = shell
        .return_to
        .after_password
        .with_untracked(|then| words::why_password(then.as_ref(), &otherwise));
    let otherwise = StoredValue::new(otherwise);
    let password = RwSignal::new(String::new());
    let at_field = RwSignal::new(None::<String>);
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let submit = move || {
        refused.set(None);
        at_field.set(
            password
                .read_untracked()
                .is_empty()
                .then(|| words::ENTER_PASSWORD.to_owned()),
        );
        if at_field.read_untracked().is_some() {
            return focus_first_invalid();
        }
        let request = PasswordOnly {
            password: SecretText::new(password.get_untracked()),
        };
        shell.call(
            busy,
            confirm_password(request),
            move |answer| match answer {
                Ok(()) => match shell.return_to.take_after_password() {
                    Some(AfterPassword::Open(page)) => navigator.replace(&page),
                    Some(AfterPassword::Verify(action, code)) => {
                        shell.handover.typed_code.set_value(Some(code));
                        navigator.replace(&Page::StepUp(action));
                    }
                    Some(AfterPassword::Perform(intent)) => flow.resume(intent, None),
                    None => navigator.replace(&otherwise.get_value()),
                },
                Err(AppError::WrongCredentials) => {
                    at_field.try_set(Some(words::WRONG_PASSWORD.to_owned()));
                    focus_first_invalid();
                }
                Err(error) => {
                    refused.try_set(Some(error));
                }
            },
        );
    };
    let email = Signal::derive(move || shell.session.email().unwrap_or_default());
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::CONFIRM_YOUR_PASSWORD />
            {lead(why)}
            <FormError error=in_words(flow.failed) />
            <div class="card">
                <SubmitForm on_submit=submit busy>
                    <AppErrorAlert refused retry=submit />
                    <HiddenUsername email />
                    <PasswordField label="Password" value=password error=at_field alert=true />
                    <div class="actions">
                        {submit_button("Continue", "Checking…", busy)}
                    </div>
                </SubmitForm>
            </div>
        </div>
    }
}
