//! My profile: the current user and their MFA settings.

pub mod api;

#[cfg(feature = "ssr")]
mod password;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub(crate) use server::view as profile;

#[cfg(feature = "csr")]
pub(crate) mod view;
