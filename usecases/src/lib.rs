//! What Twinlock does for users: each function is one use case, called with a [`Context`] and the
//! user's input.
//!
//! A use case returns its result; cookies are values ([`Cookies`]). The server functions, the
//! command line and the demo call the use cases alike, so this crate depends neither on HTTP nor on
//! the pages. `domain` contains the rules.
//!
//! The pages compile this crate without the feature `server`, which leaves only the inputs and
//! outputs.

pub mod accounts;
#[cfg(feature = "server")]
pub mod door;
pub mod mfa;
#[cfg(feature = "server")]
pub mod operator;
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
mod error_events;
#[cfg(feature = "server")]
mod ownership;
#[cfg(feature = "server")]
mod services;
#[cfg(feature = "server")]
mod webauthn;

#[cfg(feature = "server")]
pub use {
    caller::{Caller, Visitor, resolve},
    context::Context,
    cookies::{CookieNames, Cookies, SessionCookie},
    error::UseCaseError,
    error_events::{record_denied, record_error},
    services::{Services, Settings, WithOrigin},
};
