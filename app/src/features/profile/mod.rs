//! My profile: the current user and their MFA settings.

#[cfg(feature = "csr")]
pub(crate) mod view;
