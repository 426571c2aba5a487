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
    /// Its token: a new one, or the one that it has already.
    pub token: TokenHash,
    /// Whom it is known to.
    pub user: UserId,
    /// The session that it signed in to: it must still be the user's, so that a browser of the old password is not noted behind a new one.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
}

/// Browsers that completed a sign-in before. They end with the sessions of their user: at a change of the password or of the method.
#[async_trait]
pub trait KnownBrowsers: Send + Sync {
    /// Whether a browser is known to that user.
    async fn is_known(
        &self,
        token: TokenHash,
        user: &UserId,
        now: Timestamp,
    ) -> Result<bool, PortError>;

    /// Notes a browser; false when the session has ended.
    async fn remember(&self, browser: KnownBrowser) -> Result<bool, PortError>;
}
