//! Accounts: their MFA rule, and the members that an Owner helps.

pub mod api;
pub mod csv;
pub mod state;

#[cfg(feature = "ssr")]
mod members;
#[cfg(feature = "ssr")]
pub(crate) mod owned;
#[cfg(feature = "ssr")]
mod server;

#[cfg(feature = "csr")]
pub(crate) mod view;
