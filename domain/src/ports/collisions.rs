//! Rows from before version 44 that can't have the one form of their address or name, because another row has it.

/// A person or an account whose spelling is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision<Id> {
    /// Whose text it is.
    pub id: Id,
    /// The address or the name, as it is stored.
    pub text: String,
    /// Who has its one form, with their text; none where the text can have no such form.
    pub held_by: Option<(Id, String)>,
}
