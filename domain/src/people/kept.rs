//! What was judged when it was given, and is read as it stands.

/// A text of storage. The rules of the time at which it was given may have been others, and nobody may be shut out because a rule became
/// stricter since.
pub trait Kept {
    /// The stored text, unchanged.
    fn kept(text: String) -> Self;
}
