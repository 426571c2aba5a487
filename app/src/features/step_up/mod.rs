//! Step-up: the Identity verification before an action that a stolen open session must not allow.

#[cfg(feature = "csr")]
pub(crate) mod view;
