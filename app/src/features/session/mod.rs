//! Signing in and out, the first owner, invitations, and the session everybody asks about.

#[cfg(feature = "csr")]
pub(crate) mod view;
