//! The pages, one folder for each feature.

pub mod accounts;
#[cfg(feature = "csr")]
pub(crate) mod door;
#[cfg(feature = "csr")]
pub(crate) mod mfa;
#[cfg(feature = "csr")]
pub(crate) mod profile;
#[cfg(feature = "csr")]
pub(crate) mod session;
#[cfg(feature = "csr")]
pub(crate) mod step_up;
