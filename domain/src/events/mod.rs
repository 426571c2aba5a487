//! Security events (ASVS V16.2.1, V16.3.1): who did what to whom, with which result, from where. No
//! event contains a secret or an address that a user typed: an address is recorded as its blind
//! index, like in the attempts.

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
    second_factor::methods::MethodType,
    time::Timestamp,
};

/// The result of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The action was done.
    Succeeded,
    /// The password was right; the second factor is still required.
    Owed,
    /// The attempt was judged wrong, or was never judged because the server or the connection ended
    /// first.
    Failed,
    /// The code was right, but had been used before.
    Used,
    /// A limit refused the attempt before it was judged.
    Limited,
    /// The caller does not have the permission.
    Denied,
    /// Stored data could not be opened: another key, another row or changed bytes.
    Damaged,
}

/// The text names no outcome that this version knows.
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

/// The kind of authentication method that was used or that the event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// A password.
    Password,
    /// The authenticator application.
    Application,
    /// A backup code.
    BackupCode,
    /// A passkey.
    Passkey,
    /// A security key.
    SecurityKey,
}

impl MethodKind {
    /// The text as stored and exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Application => "application",
            Self::BackupCode => "backup_code",
            Self::Passkey => "passkey",
            Self::SecurityKey => "security_key",
        }
    }
}

impl From<MethodType> for MethodKind {
    fn from(kind: MethodType) -> Self {
        match kind {
            MethodType::Application => Self::Application,
            MethodType::Passkey => Self::Passkey,
            MethodType::SecurityKey => Self::SecurityKey,
        }
    }
}

/// A security event. The [`Origin`] of the request adds who, from where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What was done or attempted.
    pub action: Action,
    /// The result.
    pub outcome: Outcome,
    /// The user whom the event concerns.
    pub subject: Option<UserId>,
    /// The account that the event concerns.
    pub account: Option<AccountId>,
    /// The kind of method.
    pub method: Option<MethodKind>,
    /// The address for which a password was tried.
    pub email: Option<BlindIndex>,
    /// The user who acted, where the request has no session of theirs yet because they have just
    /// proved their identity.
    pub by: Option<UserId>,
    /// Further details, such as the function that was refused.
    pub detail: Option<String>,
}

impl Event {
    /// Creates an event for an action that succeeded.
    #[must_use]
    pub const fn done(action: Action) -> Self {
        Self::new(action, Outcome::Succeeded)
    }

    /// Creates an event for an action with this outcome.
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

    /// Sets the user whom the event concerns.
    #[must_use]
    pub fn of(mut self, subject: &UserId) -> Self {
        self.subject = Some(subject.clone());
        self
    }

    /// Sets the account.
    #[must_use]
    pub fn at(mut self, account: &AccountId) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// Sets the kind of method.
    #[must_use]
    pub const fn with(mut self, method: MethodKind) -> Self {
        self.method = Some(method);
        self
    }

    /// Sets the address, as its blind index.
    #[must_use]
    pub const fn for_email(mut self, email: BlindIndex) -> Self {
        self.email = Some(email);
        self
    }

    /// Sets the subject as the acting user, because they have just proved their identity.
    #[must_use]
    pub fn by_subject(mut self) -> Self {
        self.by.clone_from(&self.subject);
        self
    }

    /// Sets the details.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// An event as stored in the table, in text form. This form is sealed and exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// The event's number, in the order of writing.
    pub id: i64,
    /// When the event first happened.
    pub at: Timestamp,
    /// `operator`, `system`, `nobody`, or a user's identifier.
    pub actor: String,
    /// The user it concerns.
    pub subject: Option<String>,
    /// The account it concerns.
    pub account: Option<String>,
    /// What was done or attempted.
    pub action: String,
    /// The result.
    pub outcome: String,
    /// The kind of method.
    pub method: Option<String>,
    /// The blind index of the address typed.
    pub email: Option<Vec<u8>>,
    /// Further details.
    pub detail: Option<String>,
    /// How often the event happened within its minute.
    pub times: i64,
    /// The client's address.
    pub address: Option<String>,
    /// The browser's `User-Agent`.
    pub browser: Option<String>,
    /// The event's position in the chain and its seal; none until the event is sealed.
    pub sealed: Option<(i64, Vec<u8>)>,
}
