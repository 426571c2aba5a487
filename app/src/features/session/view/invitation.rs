use leptos::prelude::*;

use usecases::{
    secret_text::SecretText,
    session::{InvitationForm, Link},
};

use super::{DeadLink, NewPasswordField, password_error};

use crate::{
    api::session::{accept_invitation, check_invitation},
    routes::Page,
    shell::{Load, navigator, shell, view::app_error_alert::AppErrorAlert},
    ui::{
        FocusHeading, HiddenUsername, Name, SubmitForm, ask_before_unload, boxed::boxed_view,
        focus_first_invalid, submit_button,
    },
    wire::error::AppError,
    words,
};

/// `/invitation`: an invited user chooses their password.
#[component]
pub(crate) fn Invitation() -> impl IntoView {
    let kept = StoredValue::new(shell().handover.link_token());
    let load = Load::now(move || {
        check_invitation(Link {
            token: kept.get_value(),
        })
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::CHOOSE_A_PASSWORD />
            {boxed_view(move || match load.result() {
                Some(Ok(invited)) => view! { <PasswordForm token=kept.get_value() email=invited.email /> }.into_any(),
                Some(Err(AppError::LinkDead)) => view! { <DeadLink token=kept.get_value() /> }.into_any(),
                _ => load.without_answer(3),
            })}
        </div>
    }
}

#[component]
fn PasswordForm(token: SecretText, email: String) -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let token = StoredValue::new(token);
    let password = RwSignal::new(String::new());
    let at_field = RwSignal::new(None::<String>);
    let for_sign_in = StoredValue::new(email.clone());
    ask_before_unload(Box::new(move || !password.read_untracked().is_empty()));
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let submit = move || {
        refused.set(None);
        at_field.set(password_error(&password.read_untracked()));
        if at_field.read_untracked().is_some() {
            return focus_first_invalid();
        }
        let request = InvitationForm {
            token: token.get_value(),
            password: SecretText::new(password.get_untracked()),
        };
        shell.call(
            busy,
            accept_invitation(request),
            move |answer| match answer {
                Ok(()) => {
                    shell.handover.link.set_value(None);
                    shell
                        .handover
                        .sign_in_as
                        .set_value(Some(for_sign_in.get_value()));
                    shell.flash.say(words::PASSWORD_SAVED.to_owned());
                    navigator.replace(&Page::SignIn);
                }
                Err(error @ AppError::WeakPassword { .. }) => {
                    at_field.try_set(Some(words::refusal(&error)));
                    focus_first_invalid();
                }
                Err(error) => {
                    refused.try_set(Some(error));
                }
            },
        );
    };
    view! {
        <p class="lead">"For " <strong><Name text=email.clone() /></strong></p>
        <div class="card">
            <SubmitForm on_submit=submit busy>
                <AppErrorAlert refused retry=submit />
                <HiddenUsername email />
                <NewPasswordField label=words::NEW_PASSWORD value=password error=at_field />
                <div class="actions">
                    {submit_button(words::SAVE_PASSWORD, "Saving…", busy)}
                </div>
            </SubmitForm>
        </div>
    }
}
