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

/// A password that is about to be judged.
#[derive(Debug, Clone)]
pub struct PasswordTry {
    /// For which address, known or not; none when what was typed can't be one.
    pub email: Option<(Email, BlindIndex)>,
    /// The complete session of this very person in which it is given, if it is.
    pub session: Option<SessionId>,
    /// The token of a browser that says it completed a sign-in before.
    pub browser: Option<TokenHash>,
    /// Where it comes from.
    pub address: CountedAddress,
    /// The network of it, which has a small budget of its own for each account name.
    pub network: Network,
    /// How many refused sign-ins that address has.
    pub address_limit: u32,
}

/// What a counted attempt is taken back by, once its password turned out right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// It was counted for the complete session alone.
    Session(SessionId),
    /// It was counted for the browser alone, which is known to the user.
    Browser(TokenHash),
    /// It was counted for the account name, if it was one, and for the address.
    Stranger {
        /// The account name.
        email: Option<BlindIndex>,
        /// The address.
        address: CountedAddress,
        /// The network of it.
        network: Network,
        /// Which of its sign-ins.
        number: i64,
    },
}

/// What became of counting a password attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// It is counted: go on and judge.
    Counted(Receipt),
    /// Refused, and not counted, until then.
    Refused {
        /// When the next attempt is judged.
        until: Timestamp,
    },
}

/// What a look at the limits says of an attempt that is not counted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It may be counted: its browser is known to this user.
    Known(UserId),
    /// It may be counted, as an attempt of a browser that is not known.
    Stranger,
    /// Refused until then.
    Refused {
        /// When the next attempt is judged.
        until: Timestamp,
    },
}

/// Attempts, counted before they are judged.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Refuses an attempt without a look into the database: its address was found over its limit not long ago. Answers until when.
    fn refused_from_memory(&self, address: &CountedAddress, now: Timestamp) -> Option<Timestamp>;

    /// Judges an attempt by reads alone, before anything waits for it. What it admits may still be refused when it is counted, because
    /// others were counted meanwhile.
    async fn admit(&self, attempt: &PasswordTry, now: Timestamp) -> Result<Admission, PortError>;

    /// Counts a dead link for its address. Answers until when the address is refused, if it is over its limit.
    async fn count_dead_link(
        &self,
        address: &CountedAddress,
        address_limit: u32,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError>;

    /// Counts one attempt of `user` with a second factor, if the budget of `holder` allows: `Open` means counted, `Gone` that the user, the
    /// known browser or the session has ended.
    async fn count_second_factor(
        &self,
        user: &UserId,
        holder: &GuessHolder,
        factor: Factor,
        now: Timestamp,
    ) -> Result<Budget, PortError>;

    /// Says that the code which this request had counted last is the authenticator's code of `step`, and is refused: `outcome`
    /// says why. The budget of `holder` is spent once for it: the attempt is given back if the code of this step, or of a later one, was
    /// refused before.
    async fn refuse_step(
        &self,
        user: &UserId,
        holder: &GuessHolder,
        step: TimeStep,
        outcome: Outcome,
    ) -> Result<(), PortError>;

    /// Gives the attempt back that this request had counted last: this server lacks the authenticator's master key, so that nobody judged the code. The
    /// event says that something is damaged.
    async fn give_back_unjudged(
        &self,
        user: &UserId,
        holder: &GuessHolder,
    ) -> Result<(), PortError>;

    /// How many codes of `holder` were refused since that budget was cleared.
    async fn refused_in_a_row(&self, user: &UserId, holder: &GuessHolder)
    -> Result<u32, PortError>;

    /// Counts one password attempt: for the browser alone when it is known to that user, else for the account name and the address. What a
    /// limit refuses is not counted anywhere.
    async fn count_password(
        &self,
        attempt: PasswordTry,
        now: Timestamp,
    ) -> Result<Counted, PortError>;

    /// The password was right: forgets the failures it was counted with, and takes it off the address.
    async fn password_was_right(&self, receipt: Receipt) -> Result<(), PortError>;

    /// Password attempts as they stand.
    async fn password_attempts(&self, email: BlindIndex) -> Result<PasswordAttempts, PortError>;

    /// Unlocks a user: clears every budget of the second factor (the common one, known browsers, sessions) and the delay of the password.
    /// Answers how many codes were refused in a row, of the holder with the most.
    async fn unlock(&self, user: &UserId, email: BlindIndex) -> Result<u32, PortError>;
}
