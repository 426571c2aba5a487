//! A browser with an acknowledged session.

use std::io;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use testkit::http::{HttpAnswer, HttpBrowser};

const MINUTE: i64 = 60_000;

/// The browser, and the state of its session.
pub struct ClientSession {
    pub browser: HttpBrowser,
    /// Signed in; otherwise the second factor is still owed.
    pub is_full: bool,
    /// When the password was entered.
    pub opened_at: i64,
    /// Acknowledged wrong codes within the session, once it is full.
    pub refused: i64,
    /// Whether a backup code at sign-in still allows one verification.
    pub recovered: bool,
    seen_at: i64,
}

impl ClientSession {
    /// A session that is about to be opened by the password.
    pub const fn half(browser: HttpBrowser, now: i64) -> Self {
        Self {
            browser,
            is_full: false,
            opened_at: now,
            refused: 0,
            recovered: false,
            seen_at: now,
        }
    }

    /// Calls a function.
    pub fn call(
        &mut self,
        function: &str,
        request: &Value,
        now: i64,
    ) -> io::Result<Option<HttpAnswer>> {
        self.seen_at = now;
        self.browser.try_call(function, request)
    }

    /// Whether a set-up may begin, because the password was entered recently.
    pub const fn is_fresh(&self, now: i64) -> bool {
        now - self.opened_at < 8 * MINUTE
    }

    /// Whether the session may have expired: true well before it does.
    pub const fn may_have_ended(&self, now: i64) -> bool {
        let is_old = now - self.seen_at > 50 * MINUTE || now - self.opened_at > 23 * 60 * MINUTE;
        is_old || (!self.is_full && now - self.opened_at > 8 * MINUTE)
    }

    /// The stored hash of the token.
    pub fn token_hash(&self) -> Vec<u8> {
        let token = BASE64URL_NOPAD.decode(self.browser.token().as_bytes());
        Sha256::digest(token.unwrap()).to_vec()
    }
}
