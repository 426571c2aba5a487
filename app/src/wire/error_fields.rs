//! Deserializes refusals. The derive for an internally tagged enum would buffer all fields until it
//! finds the tag, with code that adds 30 KB to the pages.

use domain::{members::NoReset, people::password::Weakness};
use serde::{
    Deserialize,
    de::{
        IntoDeserializer,
        value::{Error, StrDeserializer},
    },
};

use crate::wire::{
    error::{AppError, Field},
    reference::Reference,
};

/// The fields of all refusals.
#[derive(Deserialize)]
pub struct AppErrorFields {
    kind: String,
    seconds: Option<i64>,
    tries: Option<u32>,
    why: Option<String>,
    field: Option<Field>,
    reference: Option<Reference>,
}

impl TryFrom<AppErrorFields> for AppError {
    type Error = &'static str;

    fn try_from(fields: AppErrorFields) -> Result<Self, &'static str> {
        let complete = match fields.kind.as_str() {
            "unreachable" => Some(Self::Unreachable),
            "unreadable" => Some(Self::Unreadable),
            "sign_in_in_front" => Some(Self::SignInInFront),
            "other_page" => Some(Self::OtherPage),
            "blocked" => Some(Self::Blocked),
            "throttled" => Some(Self::Throttled),
            "cut_short" => Some(Self::CutShort),
            "gateway" => Some(Self::Gateway),
            "foreign_request" => Some(Self::ForeignRequest),
            "no_cookie" => Some(Self::NoCookie),
            "not_signed_in" => Some(Self::NotSignedIn),
            "wrong_credentials" => Some(Self::WrongCredentials),
            "wrong_code" => Some(Self::WrongCode),
            "just_expired" => Some(Self::JustExpired),
            "already_used" => fields
                .seconds()
                .map(|seconds| Self::AlreadyUsed { seconds }),
            "clock_off" => fields.seconds().map(|seconds| Self::ClockOff { seconds }),
            "backup_code_used" => Some(Self::BackupCodeUsed),
            "paused" => fields.seconds().map(|seconds| Self::Paused { seconds }),
            "locked" => fields.tries.map(|tries| Self::Locked { tries }),
            "too_many" => fields.seconds().map(|seconds| Self::TooMany { seconds }),
            "session_locked" => fields.tries.map(|tries| Self::SessionLocked { tries }),
            "password_required" => Some(Self::PasswordRequired),
            "verification_required" => Some(Self::VerificationRequired),
            "no_method" => Some(Self::NoMethod),
            "set_up_required" => Some(Self::SetUpRequired),
            "no_reset" => fields.no_reset().map(|why| Self::NoReset { why }),
            "not_allowed" => Some(Self::NotAllowed),
            "not_found" => Some(Self::NotFound),
            "link_dead" => Some(Self::LinkDead),
            "nothing_pending" => Some(Self::NothingPending),
            "already_set_up" => Some(Self::AlreadySetUp),
            "no_room" => Some(Self::NoRoom),
            "key_refused" => Some(Self::KeyRefused),
            "counter_fell" => Some(Self::CounterFell),
            "user_not_verified" => Some(Self::UserNotVerified),
            "credential_taken" => Some(Self::CredentialTaken),
            "challenge_gone" => Some(Self::ChallengeGone),
            "no_keys_here" => Some(Self::NoKeysHere),
            "invalid" => fields.field.map(|field| Self::Invalid { field }),
            "weak_password" => fields.weakness().map(|why| Self::WeakPassword { why }),
            "malformed" => Some(Self::Malformed),
            "unavailable" => Some(Self::Unavailable),
            "internal" => Some(Self::Internal),
            "failed" => fields.reference.map(|reference| Self::Failed { reference }),
            _ => None,
        };
        complete.ok_or("no refusal of ours")
    }
}

impl AppErrorFields {
    fn seconds<T: TryFrom<i64>>(&self) -> Option<T> {
        T::try_from(self.seconds?).ok()
    }

    fn no_reset(&self) -> Option<NoReset> {
        NoReset::deserialize(self.why()?).ok()
    }

    fn weakness(&self) -> Option<Weakness> {
        Weakness::deserialize(self.why()?).ok()
    }

    fn why(&self) -> Option<StrDeserializer<'_, Error>> {
        Some(self.why.as_deref()?.into_deserializer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: Reference = Reference::from_random([0xab; 8]);

    /// Every refusal, with any number that it may contain.
    const ALL: [AppError; 46] = [
        AppError::Unreachable,
        AppError::Unreadable,
        AppError::SignInInFront,
        AppError::OtherPage,
        AppError::Blocked,
        AppError::Throttled,
        AppError::CutShort,
        AppError::Gateway,
        AppError::ForeignRequest,
        AppError::NoCookie,
        AppError::NotSignedIn,
        AppError::WrongCredentials,
        AppError::WrongCode,
        AppError::JustExpired,
        AppError::AlreadyUsed { seconds: 0 },
        AppError::ClockOff { seconds: -90 },
        AppError::BackupCodeUsed,
        AppError::Paused { seconds: u32::MAX },
        AppError::Locked { tries: 100 },
        AppError::TooMany { seconds: 1 },
        AppError::SessionLocked { tries: 100 },
        AppError::PasswordRequired,
        AppError::VerificationRequired,
        AppError::NoMethod,
        AppError::SetUpRequired,
        AppError::NoReset {
            why: NoReset::Oneself,
        },
        AppError::NoReset {
            why: NoReset::NothingToReset,
        },
        AppError::NotAllowed,
        AppError::NotFound,
        AppError::LinkDead,
        AppError::NothingPending,
        AppError::AlreadySetUp,
        AppError::NoRoom,
        AppError::KeyRefused,
        AppError::CounterFell,
        AppError::UserNotVerified,
        AppError::CredentialTaken,
        AppError::ChallengeGone,
        AppError::NoKeysHere,
        AppError::Invalid {
            field: Field::BackupCode,
        },
        AppError::WeakPassword {
            why: Weakness::Common,
        },
        AppError::WeakPassword {
            why: Weakness::Personal,
        },
        AppError::Malformed,
        AppError::Unavailable,
        AppError::Internal,
        AppError::Failed {
            reference: REFERENCE,
        },
    ];

    #[test]
    fn every_refusal_is_read_as_it_is_written() {
        let mut kinds = std::collections::BTreeSet::new();
        for refusal in ALL {
            let wire = serde_json::to_string(&refusal).unwrap();
            assert_eq!(serde_json::from_str::<AppError>(&wire).unwrap(), refusal);
            kinds.insert(wire.split('"').nth(3).unwrap().to_owned());
        }
        // A new kind must be added here and above.
        assert_eq!(kinds.len(), kinds_there_are());
    }

    fn kinds_there_are() -> usize {
        let source = include_str!("error.rs");
        let (_, kinds) = source.split_once("pub enum AppError {").unwrap();
        let (kinds, _) = kinds.split_once("\n}").unwrap();
        let names = kinds.lines().filter_map(|line| line.strip_prefix("    "));
        names
            .filter(|name| name.starts_with(char::is_uppercase))
            .count()
    }

    #[test]
    fn what_lacks_a_part_is_no_refusal() {
        for wire in [
            r#"{"kind":"paused"}"#,
            r#"{"kind":"paused","seconds":-1}"#,
            r#"{"kind":"no_reset","why":"common"}"#,
            r#"{"kind":"weak_password"}"#,
            r#"{"kind":"other"}"#,
            r#"{"seconds":1}"#,
        ] {
            assert!(serde_json::from_str::<AppError>(wire).is_err(), "{wire}");
        }
    }
}
