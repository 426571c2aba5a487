//! Changes of a user's own password.

use async_trait::async_trait;

use super::{PortError, Proof, SecretHash, TokenSwap};
use crate::{ids::UserId, time::Timestamp};

/// A new password, chosen by a user who gave the current one.
pub struct PasswordChange {
    /// The session and its new token (ASVS V7.2.4).
    pub swap: TokenSwap,
    /// The user whose password changes.
    pub user: UserId,
    /// The hash that the current password was compared with, which must still be the user's.
    pub current: SecretHash,
    /// The hash of the new password.
    pub new: SecretHash,
    /// The second factor; none for a user without a method, who must still have none.
    pub proof: Option<Proof>,
    /// When.
    pub at: Timestamp,
}

/// The result of a change of a user's own password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordUpdate {
    /// The password is changed, and the proof is spent.
    Changed,
    /// The code was used before; nothing was changed.
    ProofUsed,
    /// The session ended or its token changed, or the password or the method changed meanwhile;
    /// nothing was changed.
    SessionGone,
}

/// Changes of a user's own password.
#[async_trait]
pub trait PasswordChanges: Send + Sync {
    /// Changes the password and spends the proof. Ends everything that depended on the old
    /// password:
    /// all other sessions, known browsers, grants, pending keys and invitations.
    async fn change_password(&self, change: PasswordChange) -> Result<PasswordUpdate, PortError>;
}
