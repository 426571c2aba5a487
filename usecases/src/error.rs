//! Why a use case did not do what was asked. It is a closed set without free text, so no inner error can leak through it.

use domain::second_factor::backup_code::BackupCodeError;
#[cfg(feature = "server")]
use domain::{members::NoReset, people::password::Weakness};
use serde::{Deserialize, Serialize};

/// A field that breaks its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// An e-mail address.
    Email,
    /// A password.
    Password,
    /// A person's name.
    PersonName,
    /// An account's name.
    AccountName,
    /// A 6-digit code.
    Code,
    /// A backup code.
    BackupCode,
    /// A backup code, where several were given.
    OneBackupCode,
    /// An MFA method's name.
    MethodName,
}

impl From<BackupCodeError> for Field {
    fn from(error: BackupCodeError) -> Self {
        match error {
            BackupCodeError::NoCode => Self::BackupCode,
            BackupCodeError::Several => Self::OneBackupCode,
        }
    }
}

/// Why a use case did not do what was asked.
#[cfg(feature = "server")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseCaseError {
    /// No session, or one that has ended.
    NotSignedIn,
    /// Wrong password, unknown address, disabled user: one and the same.
    WrongCredentials,
    /// The code or backup code is wrong.
    WrongCode,
    /// The code was right until a moment ago.
    JustExpired,
    /// The code was used before.
    AlreadyUsed {
        /// Seconds until the next code; 0 when it is on the screen already.
        seconds: u32,
    },
    /// The code would be right at another time (in set-up only).
    ClockOff {
        /// Seconds by which the device is fast; negative: slow.
        seconds: i32,
    },
    /// The backup code was spent before.
    BackupCodeUsed,
    /// Too many codes lately.
    Paused {
        /// Seconds until the next attempt is judged.
        seconds: u32,
    },
    /// Too many refused codes in a row.
    Locked {
        /// How many.
        tries: u32,
    },
    /// Too many attempts or requests.
    TooMany {
        /// Seconds until the next one is judged.
        seconds: u32,
    },
    /// Too many refused codes in a row where no backup code is taken, in the set-up of a first method and in a test: a new sign-in unlocks it.
    SessionLocked {
        /// How many.
        tries: u32,
    },
    /// The password must be confirmed first.
    PasswordRequired,
    /// The identity must be verified first: there is no grant for this.
    VerificationRequired,
    /// It needs an MFA method, and there is none.
    NoMethod,
    /// The account requires MFA, and the person has none yet.
    SetUpRequired,
    /// This member can't be reset.
    NoReset {
        /// Why.
        why: NoReset,
    },
    /// This session may not do that.
    NotAllowed,
    /// No such thing.
    NotFound,
    /// The link was used, replaced or has expired.
    LinkDead,
    /// Nothing is pending that this could confirm or finish.
    NothingPending,
    /// An authenticator is active already, perhaps from another tab.
    AlreadySetUp,
    /// A field breaks its rule.
    Invalid {
        /// Which one.
        field: Field,
    },
    /// A new password is guessed early.
    WeakPassword {
        /// Why.
        why: Weakness,
    },
    /// It may work again in a moment.
    Unavailable,
    /// It failed here; the operator's log has the reason.
    Internal,
}

#[cfg(feature = "server")]
impl From<domain::people::password::PasswordError> for UseCaseError {
    fn from(error: domain::people::password::PasswordError) -> Self {
        match error {
            domain::people::password::PasswordError::Weak(why) => Self::WeakPassword { why },
            _ => Self::Invalid {
                field: Field::Password,
            },
        }
    }
}

#[cfg(feature = "server")]
impl From<domain::ports::PortError> for UseCaseError {
    /// The operator's log gets the source; the wire gets the class.
    fn from(error: domain::ports::PortError) -> Self {
        let source = std::error::Error::source(&error)
            .map(ToString::to_string)
            .unwrap_or_default();
        match error {
            domain::ports::PortError::Unavailable(_) => {
                tracing::warn!(%source, "a port is unavailable");
                Self::Unavailable
            }
            domain::ports::PortError::Failed(_) => {
                tracing::error!(%source, "a port failed");
                Self::Internal
            }
        }
    }
}

#[cfg(feature = "server")]
impl From<domain::ports::Overloaded> for UseCaseError {
    /// The request's own line in the log says enough: they come by the hundred.
    fn from(_: domain::ports::Overloaded) -> Self {
        Self::Unavailable
    }
}
