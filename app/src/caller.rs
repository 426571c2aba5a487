//! Who is calling: the session behind the request's cookie, and what it may do.

use std::time::Duration;

use domain::{
    client_address::ClientAddress,
    policy::{Standing, decide},
    ports::SessionRecord,
    time::Timestamp,
    token::{Token, TokenHash},
};
use http::{HeaderMap, header::COOKIE};

use crate::{
    error::AppError,
    services::{Services, Settings},
};

/// How exact the time of the last request is kept, so that not every read becomes a write.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

const COOKIE_NAME: &str = "twinlock";
const SECURE_COOKIE: &str = "__Host-twinlock";
const BROWSER_COOKIE: &str = "twinlock-browser";
const SECURE_BROWSER_COOKIE: &str = "__Host-twinlock-browser";

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
    /// The session cookie's name (RFC 6265bis §4.1.3.2 for the prefix).
    #[must_use]
    pub const fn cookie_name(&self) -> &'static str {
        if self.cookie_secure {
            SECURE_COOKIE
        } else {
            COOKIE_NAME
        }
    }

    /// The name of the cookie by which a browser is known.
    #[must_use]
    pub const fn browser_cookie_name(&self) -> &'static str {
        if self.cookie_secure {
            SECURE_BROWSER_COOKIE
        } else {
            BROWSER_COOKIE
        }
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
            browser: token(headers, settings.browser_cookie_name()),
        }
    }
}

/// Resolves the caller; `Ok(None)` when there is no session or it has ended. An error refuses the request: it fails closed.
pub async fn resolve(services: &Services, headers: &HeaderMap) -> Result<Option<Caller>, AppError> {
    let Some(token) = token(headers, services.settings.cookie_name()) else {
        return Ok(None);
    };
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

/// Whether a browser may have a session: it has the cookie of one, of whatever state.
#[must_use]
pub fn has_session_cookie(headers: &HeaderMap) -> bool {
    cookies(headers).any(|(name, _)| [COOKIE_NAME, SECURE_COOKIE].contains(&name))
}

/// The token in the cookie of that name; the first one, as browsers send the most specific first.
fn token(headers: &HeaderMap, name: &str) -> Option<TokenHash> {
    let (_, value) = cookies(headers).find(|(key, _)| *key == name)?;
    value.parse::<Token>().ok().map(|token| token.hash())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let expected = Token::from_random([7; 32]);
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "theme=dark; twinlock2=x".parse().unwrap());
        headers.append(
            COOKIE,
            format!("a=b; twinlock={}; c=d", expected.expose())
                .parse()
                .unwrap(),
        );
        assert_eq!(token(&headers, "twinlock"), Some(expected.hash()));
        assert_eq!(token(&headers, "__Host-twinlock"), None);
        assert!(has_session_cookie(&headers));
    }

    #[test]
    fn other_cookies_are_no_session() {
        let mut headers = HeaderMap::new();
        assert!(!has_session_cookie(&headers));
        headers.append(COOKIE, "theme=dark; twinlock2=x".parse().unwrap());
        headers.append(COOKIE, "__Host-twinlock-browser=x".parse().unwrap());
        assert!(!has_session_cookie(&headers));
        headers.append(COOKIE, "__Host-twinlock=x".parse().unwrap());
        assert!(has_session_cookie(&headers));
    }
}
