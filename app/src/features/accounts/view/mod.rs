//! The Accounts page and an account's members.

mod list;
mod members;

pub(crate) use list::Accounts;
pub(crate) use members::Members;
