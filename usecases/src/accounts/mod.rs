//! Accounts: their MFA rule, and the members whom an Owner may reset.

#[cfg(feature = "server")]
mod account_list;
#[cfg(feature = "server")]
mod members;
mod values;

pub use values::*;
#[cfg(feature = "server")]
pub use {
    account_list::{lift_rule, list, require_mfa},
    members::{export, members, reset_member},
};
