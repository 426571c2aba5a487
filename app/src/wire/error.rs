//! The errors that a page can receive. They are a closed set without free text, so no inner error
//! can leak through them.

use domain::{members::NoReset, people::password::Weakness};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

pub use usecases::Field;

use crate::wire::{error_fields::AppErrorFields, reference::Reference};

/// Every refusal. Each one has its own HTTP status and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "AppErrorFields")]
pub enum AppError {
    /// The server could not be reached.
    Unreachable,
    /// The answer can't be read: it comes from another version, or from something in between.
    Unreadable,
    /// Something in front of the server asks for its own sign-in, such as a gateway or a network.
    SignInInFront,
    /// Another page was received instead of the answer.
    OtherPage,
    /// Something in between refused the request.
    Blocked,
    /// Something in between limits the requests.
    Throttled,
    /// The response was empty or cut short.
    CutShort,
    /// Something in between reports that it can't reach the server.
    Gateway,
    /// The request differs from those of the app's pages: it comes from another site, or was
    /// changed on its way.
    ForeignRequest,
    /// The browser did not keep the cookie of a sign-in.
    NoCookie,
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
    /// No key works at the address of this page, or at the server's public URL.
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
    /// The request is not one of the app's requests.
    Malformed,
    /// The failure may be temporary.
    Unavailable,
    /// An internal failure; the operator's log contains the reason.
    Internal,
    /// [`AppError::Internal`] as the page receives it, with a reference to search for in the log.
    Failed {
        /// The reference of the request.
        reference: Reference,
    },
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// Drops the inner text, because it may contain what a user typed, and it does not help them.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
            // On the server the request can't be read; in the page the answer can't be read.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => Self::Malformed,
            ServerFnErrorErr::Deserialization(_) => Self::Unreadable,
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}

#[cfg(feature = "ssr")]
impl AppError {
    /// The HTTP status of the error.
    #[must_use]
    pub const fn status(&self) -> http::StatusCode {
        use http::StatusCode;
        match self {
            Self::NotSignedIn
            | Self::NoCookie
            | Self::WrongCredentials
            | Self::WrongCode
            | Self::JustExpired
            | Self::KeyRefused
            | Self::CounterFell
            | Self::ClockOff { .. } => StatusCode::UNAUTHORIZED,
            Self::PasswordRequired
            | Self::VerificationRequired
            | Self::SetUpRequired
            | Self::NoReset { .. }
            | Self::ForeignRequest
            | Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound | Self::LinkDead => StatusCode::NOT_FOUND,
            Self::AlreadyUsed { .. }
            | Self::BackupCodeUsed
            | Self::NothingPending
            | Self::NoMethod
            | Self::AlreadySetUp
            | Self::NoRoom
            | Self::CredentialTaken
            | Self::ChallengeGone
            | Self::NoKeysHere => StatusCode::CONFLICT,
            Self::Invalid { .. }
            | Self::WeakPassword { .. }
            | Self::UserNotVerified
            | Self::Malformed => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Paused { .. }
            | Self::Locked { .. }
            | Self::SessionLocked { .. }
            | Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreachable
            | Self::Unreadable
            | Self::SignInInFront
            | Self::OtherPage
            | Self::Blocked
            | Self::Throttled
            | Self::CutShort
            | Self::Gateway
            | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal | Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The value of `Retry-After`, in seconds.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Paused { seconds } | Self::TooMany { seconds } => Some(*seconds),
            // Waiting alone unlocks nothing. A day is the window for the backup codes that can
            // still unlock.
            Self::Locked { .. } | Self::SessionLocked { .. } => Some(86_400),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::UseCaseError> for AppError {
    fn from(error: usecases::UseCaseError) -> Self {
        use usecases::UseCaseError;
        match error {
            UseCaseError::NotSignedIn => Self::NotSignedIn,
            UseCaseError::WrongCredentials => Self::WrongCredentials,
            UseCaseError::WrongCode => Self::WrongCode,
            UseCaseError::JustExpired => Self::JustExpired,
            UseCaseError::AlreadyUsed { seconds } => Self::AlreadyUsed { seconds },
            UseCaseError::ClockOff { seconds } => Self::ClockOff { seconds },
            UseCaseError::BackupCodeUsed => Self::BackupCodeUsed,
            UseCaseError::Paused { seconds } => Self::Paused { seconds },
            UseCaseError::Locked { tries } => Self::Locked { tries },
            UseCaseError::TooMany { seconds } => Self::TooMany { seconds },
            UseCaseError::SessionLocked { tries } => Self::SessionLocked { tries },
            UseCaseError::PasswordRequired => Self::PasswordRequired,
            UseCaseError::VerificationRequired => Self::VerificationRequired,
            UseCaseError::NoMethod => Self::NoMethod,
            UseCaseError::SetUpRequired => Self::SetUpRequired,
            UseCaseError::NoReset { why } => Self::NoReset { why },
            UseCaseError::NotAllowed => Self::NotAllowed,
            UseCaseError::NotFound => Self::NotFound,
            UseCaseError::LinkDead => Self::LinkDead,
            UseCaseError::NothingPending => Self::NothingPending,
            UseCaseError::AlreadySetUp => Self::AlreadySetUp,
            UseCaseError::NoRoom => Self::NoRoom,
            UseCaseError::KeyRefused => Self::KeyRefused,
            UseCaseError::CounterFell => Self::CounterFell,
            UseCaseError::UserNotVerified => Self::UserNotVerified,
            UseCaseError::CredentialTaken => Self::CredentialTaken,
            UseCaseError::ChallengeGone => Self::ChallengeGone,
            UseCaseError::NoKeysHere => Self::NoKeysHere,
            UseCaseError::Invalid { field } => Self::Invalid { field },
            UseCaseError::WeakPassword { why } => Self::WeakPassword { why },
            UseCaseError::Unavailable => Self::Unavailable,
            UseCaseError::Internal => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_inner_text_reaches_the_wire() {
        for inner in [
            ServerFnErrorErr::Args("hunter2".into()),
            ServerFnErrorErr::ServerError("hunter2".into()),
            ServerFnErrorErr::Response("hunter2".into()),
        ] {
            let wire = serde_json::to_string(&AppError::from_server_fn_error(inner)).unwrap();
            assert!(!wire.contains("hunter2"), "{wire}");
        }
    }

    #[test]
    fn a_refusal_is_tagged_json() {
        assert_eq!(
            serde_json::to_string(&AppError::Paused { seconds: 42 }).unwrap(),
            r#"{"kind":"paused","seconds":42}"#
        );
        let reference = Reference::from_random([0xab; 8]);
        assert_eq!(
            serde_json::to_string(&AppError::Failed { reference }).unwrap(),
            r#"{"kind":"failed","reference":"abababababababab"}"#
        );
    }
}
