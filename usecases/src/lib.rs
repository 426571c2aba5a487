//! What Twinlock does for people: each function is one use case, called with a [`Context`] and what the person gave.
//!
//! It returns what happened; cookies are values ([`Cookies`]). The server functions, the command line and the demo call it alike, so that it
//! knows neither HTTP nor the pages. `domain` holds the rules that it asks.
//!
//! The pages compile this crate without the feature `server`: then there is only what goes in and comes out.

pub mod accounts;
pub mod mfa;
pub mod profile;
pub mod secret_text;
pub mod session;
pub mod step_up;

mod error;

pub use error::Field;

#[cfg(feature = "server")]
mod caller;
#[cfg(feature = "server")]
mod context;
#[cfg(feature = "server")]
mod cookies;
#[cfg(feature = "server")]
mod ownership;
#[cfg(feature = "server")]
mod refusals;
#[cfg(feature = "server")]
mod services;

#[cfg(feature = "server")]
pub use {
    caller::{Caller, Visitor, resolve},
    context::Context,
    cookies::{CookieNames, Cookies, SessionCookie},
    error::UseCaseError,
    refusals::{note_denied, note_refusal},
    services::{Ports, Scope, Services, Settings},
};
