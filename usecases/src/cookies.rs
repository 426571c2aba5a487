//! The cookies that use cases set, as values, and their names.

use domain::token::Token;

const SESSION: &str = "twinlock";
const BROWSER: &str = "twinlock-browser";
/// Browsers accept a cookie with this prefix only over TLS, for exactly this host and for all its
/// paths (RFC 6265bis §4.1.3.2).
const HOST_ONLY: &str = "__Host-";

/// The tokens that the response sends to the caller's browser, always in a cookie, never in a body.
///
/// They are separate from a use case's result because an error response sends them too: once the
/// store has swapped a session's token, the browser needs the new one, even if a later step fails.
#[derive(Default)]
pub struct Cookies {
    /// The change to the session's cookie; none leaves it unchanged.
    pub session: Option<SessionCookie>,
    /// The token by which the browser is known from now on; none leaves that cookie unchanged. This
    /// cookie outlives the session.
    pub browser: Option<Token>,
}

/// A change to the session's cookie.
pub enum SessionCookie {
    /// Sets the cookie to this token.
    Set(Token),
    /// Deletes the cookie.
    Clear,
}

impl Cookies {
    pub(crate) fn set_session(&mut self, token: Token) {
        self.session = Some(SessionCookie::Set(token));
    }

    pub(crate) fn clear_session(&mut self) {
        self.session = Some(SessionCookie::Clear);
    }

    pub(crate) fn set_browser(&mut self, token: Token) {
        self.browser = Some(token);
    }
}

/// The names of the cookies, and whether they are sent only over TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieNames {
    session: String,
    browser: String,
    is_secure: bool,
}

impl CookieNames {
    /// The names for an address with `https`; `port` if it is not the default one.
    #[must_use]
    pub fn over_tls(port: Option<u16>) -> Self {
        Self {
            is_secure: true,
            ..Self::with_prefix(HOST_ONLY, port)
        }
    }

    /// The names for an address with `http`; `port` if it is not the default one.
    #[must_use]
    pub fn over_http(port: Option<u16>) -> Self {
        Self::with_prefix("", port)
    }

    /// Browsers share cookies between the ports of a host, so the name contains a non-default port.
    /// Otherwise two servers on one host would sign out each other's users.
    fn with_prefix(prefix: &str, port: Option<u16>) -> Self {
        let suffix = port.map_or_else(String::new, |port| format!("-{port}"));
        Self {
            session: format!("{prefix}{SESSION}{suffix}"),
            browser: format!("{prefix}{BROWSER}{suffix}"),
            is_secure: false,
        }
    }

    /// The name of the cookie with the session's token.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The name of the cookie by which a browser is known.
    #[must_use]
    pub fn browser(&self) -> &str {
        &self.browser
    }

    /// Whether the cookies are `Secure`.
    #[must_use]
    pub const fn are_secure(&self) -> bool {
        self.is_secure
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(CookieNames::over_http(None), "twinlock", "twinlock-browser")]
    #[case(
        CookieNames::over_http(Some(7626)),
        "twinlock-7626",
        "twinlock-browser-7626"
    )]
    #[case(
        CookieNames::over_tls(None),
        "__Host-twinlock",
        "__Host-twinlock-browser"
    )]
    #[case(
        CookieNames::over_tls(Some(8443)),
        "__Host-twinlock-8443",
        "__Host-twinlock-browser-8443"
    )]
    fn p10_each_port_has_cookies_of_its_own(
        #[case] names: CookieNames,
        #[case] session: &str,
        #[case] browser: &str,
    ) {
        assert_eq!((names.session(), names.browser()), (session, browser));
        assert_eq!(names.are_secure(), session.starts_with(HOST_ONLY));
    }
}
