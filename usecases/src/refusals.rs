//! What a refusal leaves in the security events.

use domain::events::{Action, Event, Outcome};

use crate::{Context, Services, UseCaseError};

/// Notes what a refusal is in the security events: how the attempt ended, or that somebody asked for what they may not. It changes
/// nothing about the refusal: an attempt that was counted stands as failed already.
pub async fn note_refusal(context: &Context, error: UseCaseError) {
    let services = &context.services;
    if let Some(outcome) = end(error) {
        log(services.events.settle(outcome).await);
    }
    if is_denied(error) {
        note_denied(services, context.function).await;
    }
}

/// How a counted attempt ended. A database that does not answer is not asked again: the attempt stands as failed already, and whoever
/// waits would wait twice as long for their answer.
const fn end(error: UseCaseError) -> Option<Outcome> {
    match error {
        UseCaseError::Unavailable => None,
        UseCaseError::AlreadyUsed { .. } | UseCaseError::BackupCodeUsed => Some(Outcome::Used),
        // The password was right, but too many sessions were opened lately.
        UseCaseError::TooMany { .. } => Some(Outcome::Limited),
        _ => Some(Outcome::Failed),
    }
}

/// Notes that a function was refused.
pub async fn note_denied(services: &Services, function: Option<&'static str>) {
    let event = Event::new(Action::Access, Outcome::Denied).saying(function.unwrap_or_default());
    log(services.events.note(event).await);
}

/// What is stored did not open: another key, another row, or changed bytes.
pub(crate) async fn note_damage(context: &Context, event: Option<Event>) {
    let events = &context.services.events;
    log(match event {
        Some(event) => events.note(event).await,
        None => events.settle(Outcome::Damaged).await,
    });
}

/// Somebody asked for what is not theirs, or for what they had not proved to be theirs. An ended session is an everyday thing.
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
        assert_eq!(end(UseCaseError::Unavailable), None);
        assert_eq!(end(UseCaseError::WrongCode), Some(Outcome::Failed));
        assert_eq!(end(UseCaseError::BackupCodeUsed), Some(Outcome::Used));
    }
}
