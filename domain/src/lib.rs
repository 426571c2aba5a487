//! The rules of Twinlock, and nothing else: no clock, no randomness, no I/O. Whatever a rule needs from outside comes in as
//! an argument or through a port.
//!
//! The pages compile this crate without the feature `secrets`; the server compiles it with it.

pub mod backup_code;
pub mod email;
pub mod enrolment;
pub mod ids;
pub mod link_token;
pub mod lockout;
pub mod members;
pub mod names;
pub mod one_time_code;
pub mod password;
pub mod policy;
pub mod reauthentication;
pub mod roles;
pub mod session;
pub mod sign_in_delay;
pub mod step_up;
pub mod time;
pub mod typed;

#[cfg(feature = "secrets")]
pub mod address_limit;
#[cfg(feature = "secrets")]
pub mod client_address;
#[cfg(feature = "secrets")]
pub mod events;
#[cfg(feature = "secrets")]
pub mod guess_holder;
#[cfg(feature = "secrets")]
pub mod host_name;
#[cfg(feature = "secrets")]
pub mod kept;
#[cfg(feature = "secrets")]
pub mod keys;
#[cfg(feature = "secrets")]
pub mod known_browser;
#[cfg(feature = "secrets")]
pub mod network_budget;
#[cfg(feature = "secrets")]
pub mod ports;
#[cfg(feature = "secrets")]
pub mod search_key;
#[cfg(feature = "secrets")]
pub mod session_bounds;
#[cfg(feature = "secrets")]
pub mod token;
#[cfg(feature = "secrets")]
pub mod totp;
#[cfg(feature = "secrets")]
pub mod vault;
