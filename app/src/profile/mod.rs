//! My profile: the current user and their MFA settings.

pub mod api;

#[cfg(feature = "csr")]
pub(crate) mod view;
