//! The one form that proves an identity by either factor: in the sign-in and before an action.

use domain::{
    backup_code::{BackupCode, BackupCodeError},
    one_time_code::OneTimeCode,
};
use leptos::prelude::*;

use crate::{
    error::{AppError, Field},
    mfa::code_form::CodeForm,
    reactive::shown,
    ui::{Button, ButtonKind, CodeKind},
    wire::SecretText,
};

/// What was typed, once it can be a code at all.
pub(crate) enum Given {
    /// A 6-digit code.
    Code(SecretText),
    /// A backup code: the factor that a person has lost is never demanded.
    BackupCode(SecretText),
}

/// `6-digit code` ⇄ `Backup code`. Both keep what was typed while the other one is shown.
#[component]
pub(crate) fn SecondFactorForm(
    /// The last refusal.
    refused: RwSignal<Option<AppError>>,
    /// Whether a try is on its way.
    pending: RwSignal<bool>,
    /// Submits what is typed.
    #[prop(into)]
    on_submit: Callback<Given>,
    /// A backup code that was typed here before.
    #[prop(optional_no_strip)]
    typed: Option<SecretText>,
    /// A further button: leads away without a try.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
) -> impl IntoView {
    let is_backup = typed.is_some();
    let typed = typed.map(|typed| typed.expose().to_owned());
    let (code, backup) = (
        RwSignal::new(String::new()),
        RwSignal::new(typed.unwrap_or_default()),
    );
    let (by_backup, toggled) = (RwSignal::new(is_backup), RwSignal::new(is_backup));
    let is_code = |typed: &str| typed.parse::<OneTimeCode>().is_ok();
    let as_backup = |typed: &str| typed.parse::<BackupCode>();
    let give_code = move || on_submit.run(Given::Code(SecretText::new(code.get_untracked())));
    let give_backup =
        move || on_submit.run(Given::BackupCode(SecretText::new(backup.get_untracked())));
    let turn = move || {
        toggled.set(true);
        by_backup.update(|by_backup| *by_backup = !*by_backup);
    };
    // A code in the field of the other kind is taken as what it is, and its own field is shown with it.
    let turn_with = move |from: RwSignal<String>, to: RwSignal<String>| {
        to.set(from.get_untracked());
        from.set(String::new());
        turn();
    };
    let submit_code = move || {
        let typed = code.get_untracked();
        if is_code(&typed) {
            return give_code();
        }
        match as_backup(&typed) {
            Ok(_) => {
                turn_with(code, backup);
                give_backup();
            }
            Err(BackupCodeError::Several) => refused.set(Some(AppError::Invalid {
                field: Field::OneBackupCode,
            })),
            Err(BackupCodeError::NoCode) => {
                refused.set(Some(AppError::Invalid { field: Field::Code }));
            }
        }
    };
    let submit_backup = move || {
        let typed = backup.get_untracked();
        match as_backup(&typed) {
            Ok(_) => give_backup(),
            Err(_) if is_code(&typed) => {
                turn_with(backup, code);
                give_code();
            }
            Err(error) => refused.set(Some(AppError::Invalid {
                field: Field::from(error),
            })),
        }
    };
    let toggle = move || {
        refused.set(None);
        if by_backup.get_untracked() && is_code(&backup.read_untracked()) {
            turn_with(backup, code);
        } else if !by_backup.get_untracked() && as_backup(&code.read_untracked()).is_ok() {
            turn_with(code, backup);
        } else {
            turn();
        }
    };
    let cancel = move || {
        on_cancel.map(|on_cancel| {
            view! { <Button label="Cancel" on_press=move || on_cancel.run(()) /> }.into_any()
        })
    };
    shown(move || {
        if by_backup.get() {
            view! {
                <p class="lead">"Enter one of your backup codes. Each code works once."</p>
                <CodeForm label="Backup code" kind=CodeKind::Backup code=backup refused pending on_submit=submit_backup autofocus=true>
                    <Button label="Use the authenticator app" kind=ButtonKind::Quiet on_press=toggle />
                    {cancel()}
                </CodeForm>
            }
            .into_any()
        } else {
            view! {
                <p class="lead">"Enter the 6-digit code displayed by your authenticator application."</p>
                <CodeForm label="6-digit code" code refused pending on_submit=submit_code autofocus=toggled.get_untracked()>
                    <Button label="Use a backup code" kind=ButtonKind::Quiet on_press=toggle />
                    {cancel()}
                </CodeForm>
            }
            .into_any()
        }
    })
}
