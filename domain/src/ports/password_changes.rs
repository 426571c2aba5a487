use async_trait::async_trait;

use super::{PortError, Proof, SecretHash, Taken, TokenSwap};
use crate::{
    ids::{MethodId, UserId},
    time::Timestamp,
};

/// A new password, chosen by somebody who gave the current one.
pub struct PasswordChange {
    /// The session and its new token (ASVS V7.2.4).
    pub swap: TokenSwap,
    /// Whose password.
    pub user: UserId,
    /// The hash that the current password was compared with: it must still be theirs.
    pub current: SecretHash,
    /// The hash of the new one.
    pub new: SecretHash,
    /// The second factor and its method; none for somebody who has no method, and then there must be none.
    pub proof: Option<(MethodId, Proof)>,
    /// When.
    pub at: Timestamp,
}

/// Changes of the own password.
#[async_trait]
pub trait PasswordChanges: Send + Sync {
    /// Changes the password and spends the proof. What the old one opened ends: all other sessions, known browsers, grants, pending keys and
    /// invitations. [`Taken::SessionGone`] also when the password or the method changed meanwhile.
    async fn change_password(&self, change: PasswordChange) -> Result<Taken, PortError>;
}
