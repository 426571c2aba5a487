//! Texts that were validated when they were given, and are read from storage unchanged.

/// A text from storage. Reading it does not validate it again, because a rule may have become
/// stricter since, and no user may be locked out by that.
pub trait StoredText {
    /// The stored text, unchanged.
    fn from_stored(text: String) -> Self;
}
