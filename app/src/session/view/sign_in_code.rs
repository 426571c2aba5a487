use domain::{backup_code::BackupCode, one_time_code::OneTimeCode};
use leptos::prelude::*;

use super::{lost_device::LostDevice, use_session};
use crate::{
    error::{AppError, Field},
    navigator::use_navigator,
    refused::{CodeEntry, Refused},
    routes::Page,
    session::api::{Code, SignedIn, verify_backup_code, verify_code},
    submission::Submission,
    ui::{Button, ButtonKind, CodeKind, FocusHeading, LinkButton, SubmitForm},
    wire::SecretText,
    words,
};

/// `/sign-in/verify`: a 6-digit code, or one of the backup codes.
#[component]
pub(crate) fn SignInCode() -> impl IntoView {
    let (session, navigator) = (use_session(), use_navigator());
    let submission = Submission::new(session);
    let (digits, backup) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let by_backup = RwSignal::new(false);
    let switched = StoredValue::new(false);

    let done = move |signed_in: SignedIn| {
        let said = words::signed_in(signed_in.codes_left, signed_in.unlocked_after);
        session.enter(signed_in.viewer);
        match said {
            Some(said) => session.land(session.destination(), said),
            None => navigator.replace(session.destination()),
        }
    };
    let submit = move || {
        let is_backup = by_backup.get_untracked();
        let typed = if is_backup { backup } else { digits }.get_untracked();
        submission.error.set(None);
        if is_backup && typed.parse::<BackupCode>().is_err() {
            submission.error.set(Some(AppError::Invalid { field: Field::BackupCode }));
        } else if !is_backup && typed.parse::<OneTimeCode>().is_err() {
            submission.error.set(Some(AppError::Invalid { field: Field::Code }));
        } else {
            let code = Code { code: SecretText::new(typed) };
            let call = async move { if is_backup { verify_backup_code(code).await } else { verify_code(code).await } };
            submission.send(call, done);
        }
    };
    let switch = move || {
        submission.error.set(None);
        switched.set_value(true);
        by_backup.update(|by_backup| *by_backup = !*by_backup);
    };
    let field = move || {
        let (error, autofocus) = (submission.error, switched.get_value());
        if by_backup.get() {
            view! { <CodeEntry label=words::BACKUP_CODE value=backup kind=CodeKind::Backup error hint=words::BACKUP_HINT autofocus /> }.into_any()
        } else {
            view! { <CodeEntry label=words::CODE value=digits kind=CodeKind::Digits error autofocus /> }.into_any()
        }
    };
    let lead = move || if by_backup.get() { words::BACKUP_LEAD } else { words::APP_LEAD };
    let other = Signal::derive(move || if by_backup.get() { words::USE_APP } else { words::USE_BACKUP_CODE }.to_owned());
    view! {
        <FocusHeading label=words::IDENTITY_VERIFICATION />
        <p class="lead">{lead}</p>
        <div class="card">
            <SubmitForm on_submit=submit pending=submission.pending()>
                <Refused error=submission.error retry=submit />
                {field}
                <div class="actions">
                    <Button label=words::ENTER kind=ButtonKind::Primary submit=true pending=submission.pending() pending_label=words::CHECKING />
                </div>
            </SubmitForm>
        </div>
        <div class="aside">
            <Button label=other kind=ButtonKind::Quiet on_press=switch />
            <LostDevice />
            <LinkButton href=Page::SignIn.path() label=words::SOMEBODY_ELSE kind=ButtonKind::Quiet />
        </div>
    }
}
