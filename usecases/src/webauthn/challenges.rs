//! The challenges of a session, each of which works once.

use std::fmt;

use domain::{
    events::{Action, Event, MethodKind, Outcome},
    ids::MethodId,
    ports::{ChallengeAdmission, NewChallenge},
    time::Timestamp,
    webauthn::{
        client_data::{ClientData, ClientDataError},
        options::{ChallengePurpose, is_answerable},
        relying_party::RelyingParty,
        values::{Challenge, ChallengeHash, UserHandle},
    },
};

use crate::{Context, UseCaseError};

/// Why an answer is refused: the error for the page, and the reason for the events.
pub(super) struct Refusal {
    pub(super) error: UseCaseError,
    pub(super) reason: String,
}

impl Refusal {
    /// An answer that is not right.
    pub(super) fn key(reason: impl fmt::Display) -> Self {
        Self::with(UseCaseError::KeyRefused, reason)
    }

    pub(super) fn with(error: UseCaseError, reason: impl fmt::Display) -> Self {
        Self {
            error,
            reason: reason.to_string(),
        }
    }

    /// Records the refused answer, and returns the error for the page.
    pub(super) async fn noted(
        self,
        context: &Context,
        action: Action,
        method: Option<MethodKind>,
    ) -> UseCaseError {
        let user = match context.caller() {
            Ok(caller) => &caller.session.user,
            Err(error) => return error,
        };
        let event = Event::new(action, Outcome::Failed)
            .of(user)
            .saying(self.reason);
        let event = Event { method, ..event };
        match context.services.events.note(event).await {
            Ok(()) => self.error,
            Err(error) => error.into(),
        }
    }
}

impl From<ClientDataError> for Refusal {
    fn from(error: ClientDataError) -> Self {
        Self::key(error)
    }
}

/// The own site, if its URL can carry keys.
pub(crate) fn relying_party(context: &Context) -> Result<&RelyingParty, UseCaseError> {
    let site = context.services.settings.relying_party.as_ref();
    site.ok_or(UseCaseError::NoKeysHere)
}

/// Draws a challenge for the caller's session, which `only` one key may answer if it is given.
pub(super) async fn draw(
    context: &Context,
    purpose: ChallengePurpose,
    only: Option<&MethodId>,
) -> Result<Challenge, UseCaseError> {
    let session = &context.caller()?.session;
    let challenge = Challenge::from_random(context.services.entropy.draw()?);
    let kept = NewChallenge {
        hash: challenge.hash(),
        session: session.id.clone(),
        user: session.user.clone(),
        purpose,
        method: only.cloned(),
        at: context.now,
    };
    match context.services.challenges.keep(kept).await? {
        ChallengeAdmission::Kept => Ok(challenge),
        ChallengeAdmission::TooMany { until } => Err(UseCaseError::TooMany {
            seconds: context.now.seconds_until(until),
        }),
        ChallengeAdmission::SessionGone => Err(UseCaseError::NotSignedIn),
    }
}

/// The challenge of an answer.
pub(super) struct Answered {
    pub(super) hash: ChallengeHash,
    /// The only key that may answer; none if any of the user's may.
    pub(super) only: Option<MethodId>,
    pub(super) made_at: Timestamp,
}

/// The challenge that an answer is for. It counts as answered before anything of the answer is
/// judged, so that it works once, whatever the answer is.
pub(super) async fn take(
    context: &Context,
    client_data: &[u8],
    purpose: ChallengePurpose,
    not_before: Option<Timestamp>,
) -> Result<Result<Answered, Refusal>, UseCaseError> {
    let hash = match ClientData::read(client_data) {
        Ok(client_data) => client_data.challenge().hash(),
        Err(error) => return Ok(Err(error.into())),
    };
    let session = &context.caller()?.session.id;
    let challenges = &context.services.challenges;
    let taken = challenges.take(session, hash, context.now).await?;
    let gone = |reason| Ok(Err(Refusal::with(UseCaseError::ChallengeGone, reason)));
    let Some(taken) = taken else {
        return gone("the session has no such challenge");
    };
    if taken.purpose != purpose {
        return gone("the challenge was for another purpose");
    }
    if !is_answerable(taken.made_at, context.now) {
        return gone("the challenge has expired");
    }
    if not_before.is_some_and(|begin| taken.made_at < begin) {
        return gone("the challenge was for another set-up");
    }
    Ok(Ok(Answered {
        hash,
        only: taken.method,
        made_at: taken.made_at,
    }))
}

/// The handle of the caller's user, by which authenticators know them.
pub(super) async fn user_handle(context: &Context) -> Result<UserHandle, UseCaseError> {
    let drawn = UserHandle::from_bytes(context.services.entropy.draw()?);
    let user = &context.caller()?.session.user;
    Ok(context.services.challenges.user_handle(user, drawn).await?)
}
