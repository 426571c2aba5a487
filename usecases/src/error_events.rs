//! The security events of errors.

use domain::events::{Action, Event, Outcome};

use crate::{Context, Services, UseCaseError};

/// Records an error in the security events: the outcome of the attempt, or an access that was
/// denied. A counted attempt is already stored as failed, so a failure here changes nothing else.
pub async fn record_error(context: &Context, error: UseCaseError) {
    let services = &context.services;
    if let Some(outcome) = outcome_of(error) {
        log_failure(services.events.settle(outcome).await);
    }
    if is_denied(error) {
        record_denied(services, context.function).await;
    }
}

/// The outcome of a counted attempt. If the database does not answer, it is not called again: the
/// attempt is already stored as failed, and the client would wait twice as long for the response.
const fn outcome_of(error: UseCaseError) -> Option<Outcome> {
    match error {
        UseCaseError::Unavailable => None,
        UseCaseError::AlreadyUsed { .. } | UseCaseError::BackupCodeUsed => Some(Outcome::Used),
        // The password was right, but too many sessions were opened recently.
        UseCaseError::TooMany { .. } => Some(Outcome::Limited),
        _ => Some(Outcome::Failed),
    }
}

/// Records that a function was refused.
pub async fn record_denied(services: &Services, function: Option<&'static str>) {
    let event = Event::new(Action::Access, Outcome::Denied).saying(function.unwrap_or_default());
    log_failure(services.events.note(event).await);
}

/// Records that stored data could not be opened: another key, another row, or changed bytes.
pub(crate) async fn record_damage(context: &Context, event: Option<Event>) {
    let events = &context.services.events;
    log_failure(match event {
        Some(event) => events.note(event).await,
        None => events.settle(Outcome::Damaged).await,
    });
}

/// Whether the caller asked for something that is not theirs, or that they had not verified for.
/// Ended sessions are normal and not recorded.
const fn is_denied(error: UseCaseError) -> bool {
    matches!(
        error,
        UseCaseError::NotAllowed
            | UseCaseError::NotFound
            | UseCaseError::NoReset { .. }
            | UseCaseError::SetUpRequired
            | UseCaseError::VerificationRequired
            | UseCaseError::LinkDead
    )
}

fn log_failure(noted: Result<(), domain::ports::PortError>) {
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
        assert_eq!(outcome_of(UseCaseError::Unavailable), None);
        assert_eq!(outcome_of(UseCaseError::WrongCode), Some(Outcome::Failed));
        assert_eq!(
            outcome_of(UseCaseError::BackupCodeUsed),
            Some(Outcome::Used)
        );
    }
}
