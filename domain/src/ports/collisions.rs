//! Rows from before version 44 that can't have the canonical form of their address or name, because
//! another row has it.

/// A person or an account whose address or name is a spelling of another one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision<Id> {
    /// The person or the account.
    pub id: Id,
    /// The address or the name, as it is stored.
    pub text: String,
    /// The holder of the canonical form, with their text; none if the text has no canonical form.
    pub held_by: Option<(Id, String)>,
}
