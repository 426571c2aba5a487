//! Signing in and out, the first Owner, invitations, and the current session.

#[cfg(feature = "csr")]
pub(crate) mod view;
