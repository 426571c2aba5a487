//! Attempts with a password or a code: counted before they are judged, given back when they were
//! right.

use async_trait::async_trait;

use super::PortError;
use crate::{
    blind_index::BlindIndex,
    events::Outcome,
    ids::{SessionId, UserId},
    network::client_address::{CountedAddress, Network},
    people::email::Email,
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{Budget, Factor},
    },
    session::sign_in_delay::PasswordAttempts,
    time::{TimeStep, Timestamp},
    token::TokenHash,
};

/// A password attempt that is about to be judged.
#[derive(Debug, Clone)]
pub struct PasswordTry {
    /// The address that was typed, whether a user has it or not; none if the text is not a valid
    /// address.
    pub email: Option<(Email, BlindIndex)>,
    /// The complete session of the same user in which the password is given, if there is one.
    pub session: Option<SessionId>,
    /// The known-browser token that the browser sent.
    pub browser: Option<TokenHash>,
    /// The client's address.
    pub address: CountedAddress,
    /// The network of the address. Each network has a small budget of its own for each account
    /// name.
    pub network: Network,
    /// How many refused sign-ins the address may have.
    pub address_limit: u32,
}

/// Identifies a counted attempt, so that the count can be taken back when the password was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The attempt was counted only for the complete session.
    Session(SessionId),
    /// The attempt was counted only for the browser, which is known to the user.
    Browser(TokenHash),
    /// The attempt was counted for the account name, if the text was a valid one, and for the
    /// address.
    Stranger {
        /// The account name.
        email: Option<BlindIndex>,
        /// The address.
        address: CountedAddress,
        /// The network of the address.
        network: Network,
        /// The number of the attempt among the address's sign-ins.
        number: i64,
    },
}

/// The result of counting a password attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordCount {
    /// The attempt is counted and may be judged.
    Counted(Receipt),
    /// The attempt is refused and not counted.
    Refused {
        /// When the next attempt is judged.
        until: Timestamp,
    },
}

/// Whether the limits admit an attempt that is not counted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// The attempt may be counted. Its browser is known to this user.
    Known(UserId),
    /// The attempt may be counted, as one from an unknown browser.
    Stranger,
    /// The attempt is refused.
    Refused {
        /// When the next attempt is judged.
        until: Timestamp,
    },
}

/// Attempts, counted before they are judged.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Refuses an attempt without reading the database, if its address recently exceeded its limit.
    /// Returns until when.
    fn refused_from_memory(&self, address: &CountedAddress, now: Timestamp) -> Option<Timestamp>;

    /// Checks the limits by reads only, before the attempt waits for anything. An admitted attempt
    /// may still be refused when it is counted, because others were counted meanwhile.
    async fn admit(&self, attempt: &PasswordTry, now: Timestamp) -> Result<Admission, PortError>;

    /// Counts a dead link for its address. If the address exceeds its limit, returns until when it
    /// is refused.
    async fn count_dead_link(
        &self,
        address: &CountedAddress,
        address_limit: u32,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError>;

    /// Counts one second-factor attempt of `user`, if the budget of `holder` allows it. `Open`
    /// means that it was counted; `Gone` means that the user, the known browser or the session no
    /// longer exists.
    async fn count_second_factor(
        &self,
        user: &UserId,
        holder: &GuessHolder,
        factor: Factor,
        now: Timestamp,
    ) -> Result<Budget, PortError>;

    /// Records that the attempt that this request counted last used the authenticator's code of
    /// `step`, and was refused with `outcome`.
    /// A repeated code spends the budget of `holder` only once: the attempt is given back if the
    /// code of this step, or of a later one, was refused before.
    async fn refuse_step(
        &self,
        user: &UserId,
        holder: &GuessHolder,
        step: TimeStep,
        outcome: Outcome,
    ) -> Result<(), PortError>;

    /// Gives back the attempt that this request counted last, because this server lacks the
    /// authenticator's master key and could not judge the code. The event records the outcome
    /// "damaged".
    async fn give_back_unjudged(
        &self,
        user: &UserId,
        holder: &GuessHolder,
    ) -> Result<(), PortError>;

    /// How many codes of `holder` were refused since that budget was cleared.
    async fn refused_in_a_row(&self, user: &UserId, holder: &GuessHolder)
    -> Result<u32, PortError>;

    /// Counts one password attempt: only for the browser if it is known to that user, else for the
    /// account name and the address. A refused attempt is not counted anywhere.
    async fn count_password(
        &self,
        attempt: PasswordTry,
        now: Timestamp,
    ) -> Result<PasswordCount, PortError>;

    /// Clears the failures that the attempt was counted with, and removes it from the address's
    /// count, because the password was right.
    async fn password_was_right(&self, receipt: Receipt) -> Result<(), PortError>;

    /// The current password attempts for an account name.
    async fn password_attempts(&self, email: BlindIndex) -> Result<PasswordAttempts, PortError>;

    /// Unlocks a user: clears every budget of the second factor (the common one, known browsers,
    /// sessions) and the delay of the password.
    /// Returns the highest number of codes refused in a row among the holders.
    async fn unlock(&self, user: &UserId, email: BlindIndex) -> Result<u32, PortError>;
}
