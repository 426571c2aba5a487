//! Sessions: opened, raised by a second factor, ended.

use async_trait::async_trait;

use super::{PortError, Receipt, SecretHash};
use crate::{
    ids::{AccountId, SessionId, UserId},
    people::{
        email::Email,
        names::{AccountName, PersonName},
    },
    second_factor::{enrolment::CodesFor, totp::OffTimeCode},
    session::{facts::SessionFacts, policy::Subject},
    time::Timestamp,
    token::TokenHash,
};

/// A session to open after a right password.
#[derive(Clone)]
pub struct NewSession {
    /// The identifier.
    pub id: SessionId,
    /// Its token.
    pub token: TokenHash,
    /// Its user.
    pub user: UserId,
    /// The hash that the given password was compared with, which must still be the user's when the
    /// session opens.
    pub password: SecretHash,
    /// When the password was given.
    pub at: Timestamp,
    /// Whether no further factor is required. A complete sign-in is stored as the last one and
    /// clears the budgets.
    pub complete: bool,
    /// The browser's previous session, which ends.
    pub replaces: Option<TokenHash>,
    /// How the password attempt was counted, if it was. The count is taken back because the
    /// password was right.
    pub receipt: Option<Receipt>,
}

/// A token rotation at a step-up (ASVS V7.2.4). The rotation succeeds only if the old token is
/// still the session's token.
#[derive(Debug, Clone)]
pub struct TokenSwap {
    /// The session.
    pub session: SessionId,
    /// The token of the request.
    pub old: TokenHash,
    /// The token to send with the response.
    pub new: TokenHash,
}

/// A session with the data of its user, from one read.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// The identifier.
    pub id: SessionId,
    /// Its user.
    pub user: UserId,
    /// The user's full name.
    pub name: PersonName,
    /// The user's address.
    pub email: Email,
    /// The stored facts of the session.
    pub facts: SessionFacts,
    /// What the policy needs to know about the user.
    pub subject: Subject,
    /// The names of the user's accounts.
    pub account_names: Vec<(AccountId, AccountName)>,
    /// When this session was verified for fresh backup codes; none after they were saved.
    pub codes_since: Option<Timestamp>,
    /// What those codes are for.
    pub codes_for: CodesFor,
    /// When the session was completed by a backup code, while that still counts as a verification.
    pub recovered_at: Option<Timestamp>,
    /// What the last refused code tells about the device's clock; none if it fits no time, or no
    /// code was refused.
    pub refused_code: Option<OffTimeCode>,
}

/// The result of opening a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionOpening {
    /// The session is open.
    Done,
    /// The user was disabled, or the password changed since it was judged.
    NotAdmitted,
    /// Too many sessions were opened lately with a right password.
    TooMany {
        /// When the next session may open.
        until: Timestamp,
    },
}

impl SessionOpening {
    /// Whether the session is open.
    #[must_use]
    pub fn is_done(self) -> bool {
        self == Self::Done
    }
}

/// The result of choosing an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChoice {
    /// The session now works in the account.
    Chosen,
    /// The account does not exist, or the session's user does not belong to it.
    NotTheirs,
    /// The session has ended.
    SessionGone,
}

/// The answer to a confirmed password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordConfirmation {
    /// The session has noted it, and has a new token.
    Confirmed,
    /// The session ended or its token changed meanwhile.
    SessionGone,
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session, within the limits of `session_bounds`: if one person has too many, the
    /// oldest one ends.
    async fn open(&self, session: NewSession) -> Result<SessionOpening, PortError>;

    /// The session of a token, unless its user is disabled.
    async fn find(&self, token: TokenHash) -> Result<Option<SessionRecord>, PortError>;

    /// Records the time of a request.
    async fn touch(&self, session: &SessionId, now: Timestamp) -> Result<(), PortError>;

    /// Stores what a refused code tells about the device's clock, for comparison with the next one.
    async fn note_refused_code(
        &self,
        session: &SessionId,
        code: Option<OffTimeCode>,
    ) -> Result<(), PortError>;

    /// Records that the password was confirmed, and rotates the token.
    async fn confirm_password(
        &self,
        swap: TokenSwap,
        now: Timestamp,
    ) -> Result<PasswordConfirmation, PortError>;

    /// Sets the account that the session works in.
    async fn choose_account(
        &self,
        session: &SessionId,
        account: &AccountId,
    ) -> Result<AccountChoice, PortError>;

    /// Ends a session and drops its pending key.
    async fn end(&self, session: &SessionId) -> Result<(), PortError>;
}
