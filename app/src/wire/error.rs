//! The wire error: what a page can know about a refusal. It is a closed set without free text, so no inner error can leak through it.

use domain::{members::NoReset, people::password::Weakness};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

pub use usecases::Field;

use crate::wire::{error_fields::Told, reference::Reference};

/// Every refusal, each with its own HTTP status and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "Told")]
pub enum AppError {
    /// The server could not be reached.
    Unreachable,
    /// It answered something that this page can't read: another version, or something in between.
    Unreadable,
    /// What stands in front of the server asks for a sign-in of its own, such as that of a gateway or a network.
    SignInInFront,
    /// Some other page came in its place.
    OtherPage,
    /// Something in between refused what was sent.
    Blocked,
    /// Something in between lets no more requests through for now.
    Throttled,
    /// An answer that arrived empty or cut short.
    CutShort,
    /// Something in between says that it can't reach the server.
    Gateway,
    /// The request did not arrive as our own page sends it: it comes from elsewhere, or was changed on its way.
    ForeignRequest,
    /// A sign-in left no cookie in the browser.
    NoCookie,
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
    /// The same where no backup code is taken, in the set-up of a first method and in a test: a new sign-in unlocks it.
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
    /// The request is none of ours.
    Malformed,
    /// It may work again in a moment.
    Unavailable,
    /// It failed here; the operator's log has the reason.
    Internal,
    /// The same as the page gets it, with what to look for in the log.
    Failed {
        /// The request.
        reference: Reference,
    },
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// The inner text is dropped: it may hold what somebody typed, and it means nothing to them.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
            // On the server it is the request that can't be read, in the page the answer.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => Self::Malformed,
            ServerFnErrorErr::Deserialization(_) => Self::Unreadable,
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}

#[cfg(feature = "ssr")]
impl AppError {
    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(&self) -> http::StatusCode {
        use http::StatusCode;
        match self {
            Self::NotSignedIn
            | Self::NoCookie
            | Self::WrongCredentials
            | Self::WrongCode
            | Self::JustExpired
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
            | Self::AlreadySetUp => StatusCode::CONFLICT,
            Self::Invalid { .. } | Self::WeakPassword { .. } | Self::Malformed => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
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

    /// What `Retry-After` says, in seconds.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Paused { seconds } | Self::TooMany { seconds } => Some(*seconds),
            // Time alone unlocks nothing; a day is what the backup codes that still unlock it are counted in.
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
