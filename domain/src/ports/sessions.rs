use async_trait::async_trait;

use super::{PortError, Receipt, SecretHash};
use crate::{
    ids::{AccountId, SessionId, UserId},
    people::{
        email::Email,
        names::{AccountName, PersonName},
    },
    second_factor::{enrolment::CodesFor, totp::OffTime},
    session::{facts::SessionFacts, policy::Subject},
    time::Timestamp,
    token::TokenHash,
};

/// A session to be opened after a right password.
#[derive(Clone)]
pub struct NewSession {
    /// The identifier.
    pub id: SessionId,
    /// Its token.
    pub token: TokenHash,
    /// Whose it is.
    pub user: UserId,
    /// The hash that the given password was compared with: it must still be the user's when the session opens.
    pub password: SecretHash,
    /// When the password was given.
    pub at: Timestamp,
    /// Whether nothing more is owed, so that this is a complete sign-in: it is noted as the last one and clears the budgets.
    pub complete: bool,
    /// The session this browser had before; it ends.
    pub replaces: Option<TokenHash>,
    /// What the password was counted with, where it was: it was right, so that is forgotten.
    pub receipt: Option<Receipt>,
}

/// A new token at a step up (ASVS V7.2.4): it succeeds only while the old one is the session's token.
#[derive(Debug, Clone)]
pub struct TokenSwap {
    /// The session.
    pub session: SessionId,
    /// The token that came with the request.
    pub old: TokenHash,
    /// The token that goes out with the answer.
    pub new: TokenHash,
}

/// A session with what is known of its user, by one read.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// The identifier.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The user's full name.
    pub name: PersonName,
    /// The user's address.
    pub email: Email,
    /// What is stored of the session.
    pub facts: SessionFacts,
    /// What the policy needs to know of the user.
    pub subject: Subject,
    /// The names of the accounts in it.
    pub account_names: Vec<(AccountId, AccountName)>,
    /// When this session was verified for fresh backup codes; none once they were saved.
    pub codes_since: Option<Timestamp>,
    /// What those codes are for.
    pub codes_for: CodesFor,
    /// When the session was completed by a backup code, while that still stands for a verification.
    pub recovered_at: Option<Timestamp>,
    /// What the last refused code says of the device's clock; none where it fits no time, or none was refused.
    pub refused_code: Option<OffTime>,
}

/// What became of opening a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is open.
    Done,
    /// The user was barred, or the password changed since it was judged.
    NotAdmitted,
    /// Too many were opened lately, with a right password.
    TooMany {
        /// When the next one may open.
        until: Timestamp,
    },
}

impl Opened {
    /// Whether it is open.
    #[must_use]
    pub fn is_done(self) -> bool {
        self == Self::Done
    }
}

/// What became of a session's choice of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChoice {
    /// The session works there now.
    Chosen,
    /// Its user does not belong to the account, or there is none.
    NotTheirs,
    /// The session has ended.
    SessionGone,
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session, within the bounds of `session_bounds`: of too many of one person the oldest one ends.
    async fn open(&self, session: NewSession) -> Result<Opened, PortError>;

    /// The session of a token, unless its user is disabled.
    async fn find(&self, token: TokenHash) -> Result<Option<SessionRecord>, PortError>;

    /// Notes that a request came.
    async fn touch(&self, session: &SessionId, now: Timestamp) -> Result<(), PortError>;

    /// Notes what a refused code says of the device's clock, for the next one.
    async fn note_refused_code(
        &self,
        session: &SessionId,
        code: Option<OffTime>,
    ) -> Result<(), PortError>;

    /// Notes that the password was confirmed, and swaps the token; false when the session has ended or its token changed meanwhile.
    async fn confirm_password(&self, swap: TokenSwap, now: Timestamp) -> Result<bool, PortError>;

    /// Notes the account the session works in.
    async fn choose_account(
        &self,
        session: &SessionId,
        account: &AccountId,
    ) -> Result<AccountChoice, PortError>;

    /// Ends a session, and its pending key with it.
    async fn end(&self, session: &SessionId) -> Result<(), PortError>;
}
