//! Sign-in and session: what a session may do next, how long it lives, and how guesses of strangers
//! are slowed down.

#[cfg(feature = "secrets")]
pub mod address_limit;
#[cfg(feature = "secrets")]
pub mod bounds;
pub mod facts;
#[cfg(feature = "secrets")]
pub mod known_browser;
#[cfg(feature = "secrets")]
pub mod network_budget;
pub mod policy;
pub mod reauthentication;
pub mod sign_in_delay;
