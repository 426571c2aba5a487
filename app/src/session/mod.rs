//! Signing in and out, the first owner, invitations, and the session everybody asks about.

pub mod api;

#[cfg(feature = "ssr")]
mod admission;
#[cfg(feature = "ssr")]
mod first_start;
#[cfg(feature = "ssr")]
mod invitation;
#[cfg(feature = "ssr")]
mod known_browser;
#[cfg(feature = "ssr")]
mod places;
#[cfg(feature = "ssr")]
mod second_factor;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub(crate) use admission::{judge, place_of_caller};
#[cfg(feature = "ssr")]
pub(crate) use known_browser::remember_caller;
#[cfg(feature = "ssr")]
pub(crate) use second_factor::{
    already_used, count, just_expired, not_opened, right_backup_code, right_code,
};
#[cfg(feature = "ssr")]
pub(crate) use server::{now, reread};

#[cfg(feature = "csr")]
pub(crate) mod view;
