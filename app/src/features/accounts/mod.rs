//! Accounts: their MFA rule, and the members that an Owner helps.

pub mod csv;
pub mod state;

#[cfg(feature = "csr")]
pub(crate) mod view;
