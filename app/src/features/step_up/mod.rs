//! Step-up: the Identity verification before something that a stolen open session must not do.

#[cfg(feature = "csr")]
pub(crate) mod view;
