//! The Accounts page and an account's members.

mod asked;
mod list;
mod members;
mod refusal;

pub(crate) use list::Accounts;
pub(crate) use members::Members;
