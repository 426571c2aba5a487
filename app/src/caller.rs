//! Who is calling: the session behind the request's cookie, and what it may do.

use std::time::Duration;

use domain::{
    network::client_address::ClientAddress,
    ports::SessionRecord,
    session::policy::{Standing, decide},
    time::Timestamp,
    token::TokenHash,
};
use http::HeaderMap;

use crate::{
    cookies::tokens,
    error::AppError,
    services::{Services, Settings},
};

/// How exact the time of the last request is kept, so that not every read becomes a write.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// A session and its rights at the time of this request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The session, with what is known of its user.
    pub session: SessionRecord,
    /// What it may do.
    pub standing: Standing,
    /// The token it came with.
    pub token: TokenHash,
}

impl Settings {
    /// The session cookie's name.
    #[must_use]
    pub fn cookie_name(&self) -> &str {
        self.cookies.session()
    }

    /// The name of the cookie by which a browser is known.
    #[must_use]
    pub fn browser_cookie_name(&self) -> &str {
        self.cookies.browser()
    }
}

/// Where a request comes from, signed in or not.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// The client's address: the peer, or what trusted proxies say of it.
    pub address: ClientAddress,
    /// The token by which the browser may be known to a user.
    pub browser: Option<TokenHash>,
}

impl Visitor {
    /// What the headers say beside the address.
    #[must_use]
    pub fn new(address: ClientAddress, headers: &HeaderMap, settings: &Settings) -> Self {
        Self {
            address,
            browser: tokens(headers, settings.browser_cookie_name()).next(),
        }
    }
}

/// Resolves the caller; `Ok(None)` when there is no session or it has ended. An error refuses the request: it fails closed.
pub async fn resolve(services: &Services, headers: &HeaderMap) -> Result<Option<Caller>, AppError> {
    for token in tokens(headers, services.settings.cookie_name()) {
        if let Some(caller) = of_token(services, token).await? {
            return Ok(Some(caller));
        }
    }
    Ok(None)
}

async fn of_token(services: &Services, token: TokenHash) -> Result<Option<Caller>, AppError> {
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

fn is_stale(seen_at: Timestamp, now: Timestamp) -> bool {
    now.since(seen_at) >= TOUCH_EVERY
}
