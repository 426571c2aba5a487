//! Browsers that completed a sign-in before.

use async_trait::async_trait;

use super::PortError;
use crate::{
    ids::{SessionId, UserId},
    time::Timestamp,
    token::TokenHash,
};

/// A browser that has just completed a sign-in.
#[derive(Debug, Clone)]
pub struct KnownBrowser {
    /// Its token: a new one, or the one that it already has.
    pub token: TokenHash,
    /// The user whom it is known to.
    pub user: UserId,
    /// The session that it signed in to. The session must still exist, so that a sign-in with an
    /// old password adds no browser after a change.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
}

/// The answer to a browser that is to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserRecord {
    /// The browser is known to the user.
    Stored,
    /// The session ended, its user was disabled, or the token belongs to another user's browser.
    NotStored,
}

/// Browsers that completed a sign-in before. They are forgotten with their user's sessions: when
/// the password or the method changes.
#[async_trait]
pub trait KnownBrowsers: Send + Sync {
    /// Whether a browser is known to that user.
    async fn is_known(
        &self,
        token: TokenHash,
        user: &UserId,
        now: Timestamp,
    ) -> Result<bool, PortError>;

    /// Stores a browser as known.
    async fn remember(&self, browser: KnownBrowser) -> Result<BrowserRecord, PortError>;
}
