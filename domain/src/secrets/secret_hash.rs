//! Hashes of passwords and backup codes, as stored.

/// A hash as stored: a PHC string, or one of the forms of
/// [`StoredHash`](crate::secrets::imported_hash::StoredHash).
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash(String);

impl SecretHash {
    /// Wraps the text of a hash.
    #[must_use]
    pub const fn phc(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}
