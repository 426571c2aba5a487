//! Step-up: the Identity verification before something that a stolen open session must not do.

pub mod api;

#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub(crate) use server::{grant, is_granted, taken};

#[cfg(feature = "csr")]
pub(crate) mod view;
