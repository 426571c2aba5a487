//! Secrets that are sent between the browser and the server. The `Debug` output of both types hides
//! the content.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A secret that is sent only to the server: a password, a code, a link's token. The server can't
/// serialise it.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

/// A secret that is sent only to its owner's browser, in the response that created it: a new key, a
/// backup code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseSecret(String);

impl SecretText {
    /// Wraps the typed text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The typed text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl ResponseSecret {
    /// Wraps a secret that may be shown once.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if cfg!(feature = "server") {
            return Err(serde::ser::Error::custom(
                "a secret does not leave the server",
            ));
        }
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretText(…)")
    }
}

impl fmt::Debug for ResponseSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ResponseSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(
            format!("{:?}", SecretText::new("hunter2".into())),
            "SecretText(…)"
        );
        assert_eq!(
            format!("{:?}", ResponseSecret::new("hunter2".into())),
            "ResponseSecret(…)"
        );
    }

    #[cfg(feature = "server")]
    #[test]
    fn the_server_can_read_a_secret_but_not_write_it() {
        let secret: SecretText = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert!(serde_json::to_string(&secret).is_err());
    }
}
