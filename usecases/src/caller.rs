//! The caller: the session behind a token, and what it may do.

use std::time::Duration;

use domain::{
    network::client_address::ClientAddress,
    ports::SessionRecord,
    session::policy::{Standing, decide},
    time::Timestamp,
    token::TokenHash,
};

use crate::{Services, UseCaseError};

/// The precision of the stored time of the last request, so that not every read becomes a write.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// A session and its rights at the time of this request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The session, with the data of its user.
    pub session: SessionRecord,
    /// What the session may do.
    pub standing: Standing,
    /// The token of the request.
    pub token: TokenHash,
}

/// The client that sent a request, signed in or not.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// The client's address: the peer, or the address that trusted proxies report.
    pub address: ClientAddress,
    /// The token by which the browser may be known to a user.
    pub browser: Option<TokenHash>,
}

/// Finds the caller by the request's tokens. Returns `Ok(None)` if there is no session or it has
/// ended. An error refuses the request (fail closed).
#[tracing::instrument(level = "debug", skip_all)]
pub async fn resolve(
    services: &Services,
    tokens: impl Iterator<Item = TokenHash>,
) -> Result<Option<Caller>, UseCaseError> {
    for token in tokens {
        if let Some(caller) = of_token(services, token).await? {
            return Ok(Some(caller));
        }
    }
    Ok(None)
}

async fn of_token(services: &Services, token: TokenHash) -> Result<Option<Caller>, UseCaseError> {
    let now = services.clock.now();
    let Some(session) = services.sessions.find(token).await? else {
        return Ok(None);
    };
    let Some(standing) = decide(&session.facts, &session.subject, now) else {
        return Ok(None);
    };
    if is_stale(session.facts.seen_at, now) {
        services.sessions.touch(&session.id, now).await?;
    }
    Ok(Some(Caller {
        session,
        standing,
        token,
    }))
}

/// Whether the stored time of the last request is too old.
pub(crate) fn is_stale(seen_at: Timestamp, now: Timestamp) -> bool {
    now.since(seen_at) >= TOUCH_EVERY
}
