//! Signing in and out, the first owner, invitations, and the session everybody asks about.

pub mod api;

#[cfg(feature = "ssr")]
mod first_start;
#[cfg(feature = "ssr")]
mod invitation;
#[cfg(feature = "ssr")]
mod second_factor;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub(crate) use second_factor::count;

#[cfg(feature = "csr")]
pub(crate) mod view;
