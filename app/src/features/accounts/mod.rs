//! Accounts: their MFA rule, and the members whom an Owner may reset.

pub mod csv;
pub mod state;

#[cfg(feature = "csr")]
pub(crate) mod view;
