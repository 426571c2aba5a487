//! My profile: the current user and their MFA settings.

pub mod api;
pub mod state;

#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "csr")]
pub(crate) mod view;

#[cfg(feature = "csr")]
pub(crate) mod view;
