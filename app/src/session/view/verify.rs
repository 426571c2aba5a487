use leptos::prelude::*;

use domain::{backup_code::BackupCode, one_time_code::OneTimeCode};

use crate::{
    app::meta,
    error::{AppError, Field},
    mfa::code_form::CodeForm,
    session::api::{Code, SignedIn, verify_backup_code, verify_code},
    shell::shell,
    ui::{Button, ButtonKind, CodeKind, Disclosure, FocusHeading},
    wire::SecretText,
    words,
};

/// `/sign-in/verify`: the second factor of a sign-in.
#[component]
pub(crate) fn Verify() -> impl IntoView {
    let shell = shell();
    let (code, backup) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (refused, pending) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let (by_backup, toggled) = (RwSignal::new(false), RwSignal::new(false));
    let done = move |answer: Result<SignedIn, AppError>| match answer {
        Ok(signed_in) => {
            let left = signed_in.codes_left.map(words::backup_code_used);
            let warned = signed_in.unlocked_after.map(words::unlocked_after);
            if let Some(left) = left {
                shell.say(warned.map_or(left.clone(), |warned| format!("{left} {warned}")));
            }
            shell.set_viewer(Some(signed_in.viewer));
        }
        Err(error) => {
            refused.try_set(Some(error));
        }
    };
    let submit_code = move || {
        if code.read_untracked().parse::<OneTimeCode>().is_err() {
            return refused.set(Some(AppError::Invalid { field: Field::Code }));
        }
        shell.call(
            pending,
            verify_code(Code {
                code: SecretText::new(code.get_untracked()),
            }),
            done,
        );
    };
    let submit_backup = move || {
        if backup.read_untracked().parse::<BackupCode>().is_err() {
            return refused.set(Some(AppError::Invalid {
                field: Field::BackupCode,
            }));
        }
        shell.call(
            pending,
            verify_backup_code(Code {
                code: SecretText::new(backup.get_untracked()),
            }),
            done,
        );
    };
    let toggle = move || {
        refused.set(None);
        toggled.set(true);
        by_backup.update(|by_backup| *by_backup = !*by_backup);
    };
    view! {
        <div class="page--narrow">
            <FocusHeading label="Identity verification" />
            <div class="card">
                {move || if by_backup.get() {
                    view! {
                        <p class="lead">"Enter one of your backup codes. Each code works once."</p>
                        <CodeForm label="Backup code" kind=CodeKind::Backup code=backup refused pending on_submit=submit_backup autofocus=true>
                            <Button label="Use the authenticator app" kind=ButtonKind::Quiet on_press=toggle />
                        </CodeForm>
                    }.into_any()
                } else {
                    view! {
                        <p class="lead">"Enter the 6-digit code displayed by your authenticator application."</p>
                        <CodeForm label="6-digit code" code refused pending on_submit=submit_code autofocus=toggled.get_untracked()>
                            <Button label="Use a backup code" kind=ButtonKind::Quiet on_press=toggle />
                        </CodeForm>
                    }.into_any()
                }}
            </div>
            <div class="aside">
                <Disclosure label="Lost your device?"><Help /></Disclosure>
            </div>
        </div>
    }
}

#[component]
fn Help() -> impl IntoView {
    let link = Some(meta("support-url")).filter(|link| !link.is_empty());
    view! {
        <p>{words::WHO_HELPS}</p>
        {link.map(|link| view! { <p><a href=link rel="noreferrer">"Contact support"</a></p> })}
    }
}
