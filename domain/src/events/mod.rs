//! Security events (ASVS V16.2.1, V16.3.1): who did what to whom, with which result, from where. No event holds a secret, and none an
//! address that somebody typed: that stands as its blind index, as the attempts do.

mod action;
mod chain;
mod origin;
mod stranger_budget;

pub use action::{Action, UnknownAction};
pub use chain::{Chain, Seal};
pub use origin::{Actor, Origin};
pub use stranger_budget::{DEAD_LINKS, JUDGED, Meter, REFUSED, Rate, StrangerBudget};

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{
    blind_index::BlindIndex,
    ids::{AccountId, UserId},
    time::Timestamp,
};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Succeeded,
    /// The password was right, and the second factor is owed.
    Owed,
    /// It was judged and was wrong; also an attempt that nobody judged, because the server or the connection ended first.
    Failed,
    /// The code was right, but had been used.
    Used,
    /// A limit refused it unjudged.
    Limited,
    /// Who asked for it may not.
    Denied,
    /// What is stored did not open: another key, another row or changed bytes.
    Damaged,
}

/// No outcome of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an outcome that this version does not know")]
pub struct UnknownOutcome;

impl Outcome {
    const ALL: [Self; 7] = [
        Self::Succeeded,
        Self::Owed,
        Self::Failed,
        Self::Used,
        Self::Limited,
        Self::Denied,
        Self::Damaged,
    ];

    /// The text as stored and exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Owed => "owed",
            Self::Failed => "failed",
            Self::Used => "used",
            Self::Limited => "limited",
            Self::Denied => "denied",
            Self::Damaged => "damaged",
        }
    }
}

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        let mut all = Self::ALL.into_iter();
        all.find(|outcome| outcome.as_str() == text)
            .ok_or(UnknownOutcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What was shown, or is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// A password.
    Password,
    /// The authenticator application.
    Application,
    /// A backup code.
    BackupCode,
}

impl MethodKind {
    /// The text as stored and exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Application => "application",
            Self::BackupCode => "backup_code",
        }
    }
}

/// What is written down. The [`Origin`] of the request adds who, from where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What was done or tried.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Whom it concerns.
    pub subject: Option<UserId>,
    /// The account it concerns.
    pub account: Option<AccountId>,
    /// The kind of method.
    pub method: Option<MethodKind>,
    /// For which address a password was tried.
    pub email: Option<BlindIndex>,
    /// Who did it, where the request can't know yet: whoever has just proved who they are.
    pub by: Option<UserId>,
    /// What more there is to say, such as the function that was refused.
    pub detail: Option<String>,
}

impl Event {
    /// Something that was done.
    #[must_use]
    pub const fn done(action: Action) -> Self {
        Self::new(action, Outcome::Succeeded)
    }

    /// Something that ended so.
    #[must_use]
    pub const fn new(action: Action, outcome: Outcome) -> Self {
        Self {
            action,
            outcome,
            subject: None,
            account: None,
            method: None,
            email: None,
            by: None,
            detail: None,
        }
    }

    /// Names whom it concerns.
    #[must_use]
    pub fn of(mut self, subject: &UserId) -> Self {
        self.subject = Some(subject.clone());
        self
    }

    /// Names the account.
    #[must_use]
    pub fn at(mut self, account: &AccountId) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// Names the kind of method.
    #[must_use]
    pub const fn with(mut self, method: MethodKind) -> Self {
        self.method = Some(method);
        self
    }

    /// Names the address by its blind index.
    #[must_use]
    pub const fn for_email(mut self, email: BlindIndex) -> Self {
        self.email = Some(email);
        self
    }

    /// Whoever it concerns did it: they have just proved who they are.
    #[must_use]
    pub fn by_subject(mut self) -> Self {
        self.by.clone_from(&self.subject);
        self
    }

    /// Says more.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// An event as it stands in the table, in words: that is what is sealed and exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its number, in the order of writing.
    pub id: i64,
    /// When it happened first.
    pub at: Timestamp,
    /// `operator`, `system`, `nobody`, or a user's identifier.
    pub actor: String,
    /// The user it concerns.
    pub subject: Option<String>,
    /// The account it concerns.
    pub account: Option<String>,
    /// What was done or tried.
    pub action: String,
    /// How it ended.
    pub outcome: String,
    /// The kind of method.
    pub method: Option<String>,
    /// The blind index of the address typed.
    pub email: Option<Vec<u8>>,
    /// What more there is to say.
    pub detail: Option<String>,
    /// How often within its minute.
    pub times: i64,
    /// The client's address.
    pub address: Option<String>,
    /// What its browser calls itself.
    pub browser: Option<String>,
    /// Its place in the chain and its seal; none while it waits for both.
    pub sealed: Option<(i64, Vec<u8>)>,
}
