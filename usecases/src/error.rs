//! The errors of use cases. They are a closed set without free text, so no inner error can leak
//! through them.

use domain::second_factor::backup_code::BackupCodeError;
#[cfg(feature = "server")]
use domain::{members::NoReset, people::password::Weakness};
use serde::{Deserialize, Serialize};

/// A field with an invalid value.
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
    /// A backup code, if several were given.
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

/// Why a use case refused or failed.
#[cfg(feature = "server")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseCaseError {
    /// No session, or one that has ended.
    NotSignedIn,
    /// Wrong password, unknown address or disabled user, which can't be told apart.
    WrongCredentials,
    /// The code or backup code is wrong.
    WrongCode,
    /// The code was right until a moment ago.
    JustExpired,
    /// The code was used before.
    AlreadyUsed {
        /// Seconds until the next code; 0 if the device already shows it.
        seconds: u32,
    },
    /// The code would be right at another time (in set-up only).
    ClockOff {
        /// Seconds by which the device is fast; negative: slow.
        seconds: i32,
    },
    /// The backup code was spent before.
    BackupCodeUsed,
    /// Too many recent codes.
    Paused {
        /// Seconds until the next attempt is judged.
        seconds: u32,
    },
    /// Too many refused codes in a row.
    Locked {
        /// How many codes.
        tries: u32,
    },
    /// Too many attempts or requests.
    TooMany {
        /// Seconds until the next one is judged.
        seconds: u32,
    },
    /// Too many refused codes in a row in a first set-up or a test, which take no backup code. Only
    /// a new sign-in unlocks them.
    SessionLocked {
        /// How many codes.
        tries: u32,
    },
    /// The password must be confirmed first.
    PasswordRequired,
    /// The identity must be verified first, because there is no grant for this action.
    VerificationRequired,
    /// The action needs an MFA method, but there is none.
    NoMethod,
    /// The account requires MFA, and the person has none yet.
    SetUpRequired,
    /// This member can't be reset.
    NoReset {
        /// The reason.
        why: NoReset,
    },
    /// The session does not have the permission.
    NotAllowed,
    /// The target does not exist.
    NotFound,
    /// The link was used, replaced or has expired.
    LinkDead,
    /// There is nothing pending to confirm or finish.
    NothingPending,
    /// An authenticator is already active, perhaps because of another tab.
    AlreadySetUp,
    /// The user has as many methods of this type as they can have.
    NoRoom,
    /// The answer of the key is not right.
    KeyRefused,
    /// The signature of the key is right, but its counter did not rise: a copy of it may exist.
    CounterFell,
    /// The key did not verify its user by PIN, fingerprint or face, as a passkey must.
    UserNotVerified,
    /// The key is set up already, for this user or another.
    CredentialTaken,
    /// The challenge was used, replaced or has expired.
    ChallengeGone,
    /// No key works at the server's public URL.
    NoKeysHere,
    /// A field has an invalid value.
    Invalid {
        /// The field.
        field: Field,
    },
    /// The new password is easy to guess.
    WeakPassword {
        /// The reason.
        why: Weakness,
    },
    /// The failure may be temporary.
    Unavailable,
    /// An internal failure; the operator's log contains the reason.
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
    /// Logs the source for the operator; the client receives only the kind of error.
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
    /// Logs nothing, because the log already has a line for the request, and such refusals come by
    /// the hundred.
    fn from(_: domain::ports::Overloaded) -> Self {
        Self::Unavailable
    }
}
