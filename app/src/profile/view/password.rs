use domain::{backup_code::BackupCode, one_time_code::OneTimeCode};
use leptos::prelude::*;

use crate::{
    error::{AppError, Field},
    profile::api::{NewPassword, change_password},
    reactive::{memo, shown},
    refused::{Refused, Wait},
    routes::Page,
    session::view::{NewPasswordField, password_error},
    shell::{go, shell},
    ui::{
        Button, ButtonKind, CodeField, CodeKind, FocusHeading, HiddenUsername, PasswordField,
        SubmitForm, focus_first_invalid,
    },
    wire::SecretText,
    words,
};

/// `/profile/password`: a new password, for whoever gives the current one and, with MFA on, a code.
#[component]
pub(crate) fn ChangePassword() -> impl IntoView {
    let (shell, go) = (shell(), go());
    let field = || (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let ((current, at_current), (new, at_new), (code, at_code)) = (field(), field(), field());
    let (refused, pending) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let waits = RwSignal::new(None::<AppError>);
    let (by_backup, toggled) = (RwSignal::new(false), RwSignal::new(false));
    let has_mfa = memo(move || shell.viewer().is_some_and(|viewer| viewer.has_mfa));
    let submit = move || {
        refused.set(None);
        waits.set(None);
        let typed = current.read_untracked();
        at_current.set(
            typed
                .is_empty()
                .then(|| "Enter your current password.".to_owned()),
        );
        at_new.set(password_error(&new.read_untracked()));
        let wrong = has_mfa.get_untracked().then(|| code_error(by_backup, code));
        at_code.set(wrong.flatten());
        if [at_current, at_new, at_code]
            .iter()
            .any(|error| error.read_untracked().is_some())
        {
            return focus_first_invalid();
        }
        let secret = |typed: RwSignal<String>| SecretText::new(typed.get_untracked());
        let request = NewPassword {
            current: secret(current),
            new: secret(new),
            code: has_mfa.get_untracked().then(|| secret(code)),
        };
        shell.call(
            pending,
            change_password(request),
            move |answer| match answer {
                Ok(()) => {
                    shell.say(words::PASSWORD_CHANGED.to_owned());
                    go(Page::Profile, true);
                }
                Err(error) => match place(&error) {
                    Some(place) => {
                        [at_current, at_new, at_code][place].try_set(Some(said(&error)));
                        waits.try_set(Some(error));
                        focus_first_invalid();
                    }
                    None => {
                        refused.try_set(Some(error));
                    }
                },
            },
        );
    };
    let toggle = move || {
        at_code.set(None);
        waits.set(None);
        code.set(String::new());
        toggled.set(true);
        by_backup.update(|by_backup| *by_backup = !*by_backup);
    };
    let email = Signal::derive(move || {
        shell
            .viewer()
            .map(|viewer| viewer.email)
            .unwrap_or_default()
    });
    let code_field = shown(move || {
        if !has_mfa.get() {
            return ().into_any();
        }
        let autofocus = toggled.get_untracked();
        let (label, kind, other) = code_words(by_backup.get());
        view! {
            <CodeField label value=code kind error=at_code autofocus />
            {shown(move || waits.get().map(|error| view! { <Wait error /> }.into_any()).into_any())}
            <Button label=other kind=ButtonKind::Quiet on_press=toggle />
        }
        .into_any()
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label="Change password" />
            <p class="lead">"You stay signed in here and are signed out everywhere else."</p>
            <div class="card">
                <SubmitForm on_submit=submit pending>
                    <Refused refused retry=submit />
                    <HiddenUsername email />
                    <PasswordField label="Current password" name="current-password" value=current error=at_current />
                    <NewPasswordField label="New password" name="new-password" value=new error=at_new />
                    {code_field}
                    <div class="actions">
                        <Button label="Change password" kind=ButtonKind::Primary submit=true pending pending_label="Changing…" />
                        <Button label="Cancel" on_press=move || go(Page::Profile, true) />
                    </div>
                </SubmitForm>
            </div>
        </div>
    }
}

/// The field's name and kind, and the way to the other one.
const fn code_words(by_backup: bool) -> (&'static str, CodeKind, &'static str) {
    if by_backup {
        ("Backup code", CodeKind::Backup, "Use the authenticator app")
    } else {
        ("6-digit code", CodeKind::Digits, "Use a backup code")
    }
}

/// What is wrong with what can't be a code at all.
fn code_error(by_backup: RwSignal<bool>, code: RwSignal<String>) -> Option<String> {
    let typed = code.read_untracked();
    let wrong = if by_backup.get_untracked() {
        typed.parse::<BackupCode>().err().map(Field::from)
    } else {
        typed.parse::<OneTimeCode>().err().map(|_| Field::Code)
    };
    wrong.map(|field| words::invalid(field).to_owned())
}

/// At which of the fields a refusal is said, in their order; none for what concerns the whole form.
const fn place(error: &AppError) -> Option<usize> {
    match error {
        AppError::WrongCredentials => Some(0),
        AppError::WeakPassword { .. }
        | AppError::Invalid {
            field: Field::Password,
        } => Some(1),
        AppError::WrongCode
        | AppError::JustExpired
        | AppError::AlreadyUsed { .. }
        | AppError::BackupCodeUsed
        | AppError::Paused { .. }
        | AppError::Locked { .. }
        | AppError::Invalid { .. } => Some(2),
        _ => None,
    }
}

fn said(error: &AppError) -> String {
    match error {
        AppError::WrongCredentials => "This password is wrong.".to_owned(),
        error => words::refusal(error),
    }
}
