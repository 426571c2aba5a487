use domain::session::policy::Standing;
use leptos::prelude::*;
use usecases::{secret_text::SecretText, session::SignInForm};

use crate::{
    api::session::sign_in,
    routes::Page,
    shell::{navigator, shell, view::app_error_alert::AppErrorAlert},
    ui::{
        FocusHeading, PasswordField, SubmitForm, TextField, boxed::effect, browser::boot,
        focus_first_invalid, submit_button,
    },
    wire::error::AppError,
    words,
};

/// `/sign-in`: email and password.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    // Text and a submit from before the app started continue in the app's own fields.
    let typed = boot::read_form();
    let known = shell.handover.take_sign_in_as();
    let (email, password) = (
        RwSignal::new(known.unwrap_or_else(|| typed.email.value.clone())),
        RwSignal::new(typed.password.value.clone()),
    );
    let shown = RwSignal::new(typed.shown);
    let (email_error, password_error) =
        (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let refused = RwSignal::new(shell.session.take_end());
    let busy = RwSignal::new(false);
    // A submit that waits until it is known whether a user is already signed in.
    let waits = RwSignal::new(false);
    let submit = move || {
        refused.set(None);
        email_error.set(
            email
                .read_untracked()
                .trim()
                .is_empty()
                .then(|| words::ENTER_EMAIL.to_owned()),
        );
        password_error.set(
            password
                .read_untracked()
                .is_empty()
                .then(|| words::ENTER_PASSWORD.to_owned()),
        );
        if email_error.read_untracked().is_some() || password_error.read_untracked().is_some() {
            return focus_first_invalid();
        }
        if !shell.session.is_confirmed.get_untracked() {
            if shell.session.failed.read_untracked().is_some() {
                shell.refresh();
            }
            busy.set(true);
            return waits.set(true);
        }
        let request = SignInForm {
            email: email.get_untracked(),
            password: SecretText::new(password.get_untracked()),
        };
        shell.call(busy, sign_in(request), move |answer| match answer {
            Ok(mut viewer) => {
                let weak = std::mem::take(&mut viewer.has_weak_password);
                let is_half = viewer.standing == Standing::HalfSignedIn;
                shell.set_viewer(Some(viewer));
                // After the change of the user, which clears it.
                shell.handover.has_weak_password.set_value(weak);
                if is_half {
                    navigator.replace(&Page::Verify);
                }
            }
            Err(error) => {
                refused.try_set(Some(error));
            }
        });
    };
    go_on_once_confirmed(waits, busy, refused, submit);
    let (email_field, password_field) = (NodeRef::new(), NodeRef::new());
    let typed = StoredValue::new(Some(typed));
    effect(move || {
        if let (Some(email_field), Some(password_field)) = (email_field.get(), password_field.get())
            && let Some(typed) = typed.try_update_value(Option::take).flatten()
        {
            boot::leave();
            typed.email.go_on_in(&email_field);
            typed.password.go_on_in(&password_field);
            if typed.submitted {
                submit();
            }
        }
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::SIGN_IN />
            <div class="card">
                <SubmitForm on_submit=submit busy>
                    <AppErrorAlert refused retry=submit />
                    <TextField label="Email" name="email" kind="email" autocomplete="username" value=email error=email_error input_ref=email_field />
                    <PasswordField label="Password" value=password error=password_error shown input_ref=password_field />
                    <div class="actions">
                        {submit_button(words::SIGN_IN, words::SIGNING_IN, busy)}
                    </div>
                </SubmitForm>
            </div>
        </div>
    }
}

/// Continues a waiting submit once the server has answered that no user is signed in.
fn go_on_once_confirmed(
    waits: RwSignal<bool>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<AppError>>,
    submit: impl Fn() + 'static,
) {
    let shell = shell();
    effect(move || {
        if !waits.get() {
            return;
        }
        let failed = shell.session.failed.get();
        let is_confirmed = shell.session.is_confirmed.get();
        if is_confirmed || failed.is_some() {
            waits.set(false);
            busy.set(false);
        }
        if !is_confirmed {
            return refused.set(failed);
        }
        // If a user is signed in, the guard redirects them, and their session is not replaced.
        if untrack(|| shell.session.viewer()).is_none() {
            submit();
        }
    });
}
