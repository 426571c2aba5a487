//! What a request adds to security events, and what its refusal leaves.

use std::net::IpAddr;

use domain::{
    events::{Action, Actor, Event, Origin, Outcome},
    time::Timestamp,
};
use http::{HeaderMap, header::USER_AGENT};

use crate::{access::ACCESS, call::Call, caller::Caller, error::AppError, services::Services};

/// Where a request comes from.
#[must_use]
pub fn origin(
    path: &str,
    caller: Option<&Caller>,
    address: Option<IpAddr>,
    headers: &HeaderMap,
    at: Timestamp,
) -> Origin {
    let browser = headers.get(USER_AGENT);
    Origin {
        actor: caller.map_or(Actor::Nobody, |caller| {
            Actor::User(caller.session.user.clone())
        }),
        session: caller.map(|caller| caller.session.id.clone()),
        address,
        browser: browser.map(|name| Origin::browser_name(name.as_bytes())),
        at,
        trying: trying(path),
        function: ACCESS
            .iter()
            .find(|(known, _)| *known == path)
            .map(|(known, _)| *known),
    }
}

/// What a password or a code is tried for by this function.
fn trying(path: &str) -> Option<Action> {
    Some(match path.strip_prefix("/api/")? {
        "session/sign_in" => Action::SignIn,
        "session/verify_code" | "session/verify_backup_code" => Action::SecondFactor,
        "session/confirm_password" => Action::PasswordConfirmation,
        "step_up/verify_code" | "step_up/verify_backup_code" => Action::StepUp,
        "mfa/confirm" => Action::SetUpConfirm,
        "mfa/test" => Action::MethodTest,
        "profile/change_password" => Action::PasswordChange,
        _ => return None,
    })
}

/// Notes what a refusal is in the security events: how the attempt ended, or that somebody asked for what they may not. It changes
/// nothing about the refusal: an attempt that was counted stands as failed already.
pub(crate) async fn refused(call: &Call, refusal: AppError) {
    let services = &call.services;
    if let Some(outcome) = end(refusal) {
        log(services.events.settle(outcome).await);
    }
    if is_denied(refusal) {
        denied(services, call.function).await;
    }
}

/// How a counted attempt ended. A database that does not answer is not asked again: the attempt stands as failed already, and whoever
/// waits would wait twice as long for their answer.
const fn end(refusal: AppError) -> Option<Outcome> {
    match refusal {
        AppError::Unavailable => None,
        AppError::AlreadyUsed { .. } | AppError::BackupCodeUsed => Some(Outcome::Used),
        // The password was right, but too many sessions were opened lately.
        AppError::TooMany { .. } => Some(Outcome::Limited),
        _ => Some(Outcome::Failed),
    }
}

/// Notes that a function was refused.
pub async fn denied(services: &Services, function: Option<&'static str>) {
    let event = Event::new(Action::Access, Outcome::Denied).saying(function.unwrap_or_default());
    log(services.events.note(event).await);
}

/// What is stored did not open: another key, another row, or changed bytes.
pub(crate) async fn damaged(call: &Call, event: Option<Event>) {
    let events = &call.services.events;
    log(match event {
        Some(event) => events.note(event).await,
        None => events.settle(Outcome::Damaged).await,
    });
}

/// Somebody asked for what is not theirs, or for what they had not proved to be theirs. An ended session is an everyday thing.
const fn is_denied(refusal: AppError) -> bool {
    matches!(
        refusal,
        AppError::NotAllowed
            | AppError::NotFound
            | AppError::NoReset { .. }
            | AppError::SetUpRequired
            | AppError::VerificationRequired
            | AppError::LinkDead
    )
}

fn log(noted: Result<(), domain::ports::PortError>) {
    if let Err(error) = noted {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(?source, "a security event can't be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_does_not_answer_is_not_asked_again() {
        assert_eq!(end(AppError::Unavailable), None);
        assert_eq!(end(AppError::WrongCode), Some(Outcome::Failed));
        assert_eq!(end(AppError::BackupCodeUsed), Some(Outcome::Used));
    }

    #[test]
    fn what_is_tried_is_a_function_there_is() {
        let known = |path: &&str| trying(path).is_some();
        let count = ACCESS.iter().filter(|(path, _)| known(path)).count();
        assert!(count >= 8, "{count}");
        assert_eq!(trying("/api/profile/view"), None);
        assert_eq!(trying("/session/sign_in"), None);
    }
}
