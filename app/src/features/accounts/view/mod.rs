//! The Accounts page and an account's members.

mod list;
mod members;
mod repeated_load;

pub(crate) use list::Accounts;
pub(crate) use members::Members;
