use async_trait::async_trait;

use super::PortError;
use crate::{
    ids::UserId,
    lockout::{Budget, Factor},
    sign_in_delay::PasswordAttempts,
    time::Timestamp,
    vault::BlindIndex,
};

/// What became of counting a password attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It is counted: go on and judge.
    Counted,
    /// Refused, and not counted, until then.
    Refused {
        /// When the next attempt is judged.
        until: Timestamp,
    },
}

/// Attempts, counted before they are judged.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Counts one attempt with a second factor, if the budget allows: `Open` means counted.
    async fn count_second_factor(
        &self,
        user: &UserId,
        factor: Factor,
        now: Timestamp,
    ) -> Result<Budget, PortError>;

    /// How many codes were refused since the last complete sign-in.
    async fn refused_in_a_row(&self, user: &UserId) -> Result<u32, PortError>;

    /// Counts one password attempt for an address, known or not.
    async fn count_password(&self, email: BlindIndex, now: Timestamp)
    -> Result<Counted, PortError>;

    /// The password was right: forgets the failures.
    async fn forget_password_failures(&self, email: BlindIndex) -> Result<(), PortError>;

    /// Password attempts as they stand.
    async fn password_attempts(&self, email: BlindIndex) -> Result<PasswordAttempts, PortError>;

    /// Unlocks a user: clears the second factor's budget and answers how many codes were refused in a row.
    async fn unlock(&self, user: &UserId, email: BlindIndex) -> Result<u32, PortError>;
}
