//! The types of methods, how many of each a user can have, and their names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::webauthn::authenticators::KeyKind;

/// Authenticator applications that a user can have.
pub const MAX_APPLICATIONS: usize = 3;
/// Passkeys and security keys that a user can have together.
pub const MAX_KEYS: usize = 10;

/// What a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodType {
    /// An authenticator application, which shows 6-digit codes.
    Application,
    /// See [`KeyKind::Passkey`].
    Passkey,
    /// See [`KeyKind::SecurityKey`].
    SecurityKey,
}

/// How many methods of each type a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MethodCounts {
    /// Authenticator applications.
    pub applications: u32,
    /// Passkeys.
    pub passkeys: u32,
    /// Security keys.
    pub security_keys: u32,
}

impl MethodCounts {
    /// How many methods in all.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.applications
            .saturating_add(self.passkeys)
            .saturating_add(self.security_keys)
    }
}

/// The text is not a type of method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no such type of method")]
pub struct MethodTypeError;

impl MethodType {
    /// All types.
    pub const ALL: [Self; 3] = [Self::Application, Self::Passkey, Self::SecurityKey];

    /// The text in the database and in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Passkey => "passkey",
            Self::SecurityKey => "security_key",
        }
    }

    /// The kind of key; none for an authenticator application.
    #[must_use]
    pub const fn key_kind(self) -> Option<KeyKind> {
        match self {
            Self::Application => None,
            Self::Passkey => Some(KeyKind::Passkey),
            Self::SecurityKey => Some(KeyKind::SecurityKey),
        }
    }

    /// Whether a user who has methods of these types can add one of this type.
    #[must_use]
    pub fn has_room(self, existing: impl Iterator<Item = Self>) -> bool {
        let is_key = self.key_kind().is_some();
        let alike = existing.filter(|other| other.key_kind().is_some() == is_key);
        let limit = if is_key { MAX_KEYS } else { MAX_APPLICATIONS };
        alike.count() < limit
    }
}

impl From<KeyKind> for MethodType {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Passkey => Self::Passkey,
            KeyKind::SecurityKey => Self::SecurityKey,
        }
    }
}

impl FromStr for MethodType {
    type Err = MethodTypeError;

    fn from_str(text: &str) -> Result<Self, MethodTypeError> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str() == text)
            .ok_or(MethodTypeError)
    }
}

impl fmt::Display for MethodType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_read_back() {
        for kind in MethodType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
        }
        assert_eq!("app".parse::<MethodType>(), Err(MethodTypeError));
    }

    #[test]
    fn three_applications_and_ten_keys_of_either_kind() {
        let of = |kind, count| std::iter::repeat_n(kind, count);
        let (app, passkey, key) = (
            MethodType::Application,
            MethodType::Passkey,
            MethodType::SecurityKey,
        );
        assert!(app.has_room(of(app, 2).chain(of(key, 10))));
        assert!(!app.has_room(of(app, 3)));
        assert!(passkey.has_room(of(app, 3).chain(of(key, 9))));
        assert!(!passkey.has_room(of(key, 4).chain(of(passkey, 6))));
        assert!(!key.has_room(of(key, 4).chain(of(passkey, 6))));
    }
}
