//! The rules of Twinlock, and nothing else: no clock, no randomness, no I/O. Whatever a rule needs from outside comes in as
//! an argument or through a port.
//!
//! The pages compile this crate without the feature `secrets`; the server compiles it with it.

pub mod ids;
pub mod members;
pub mod people;
pub mod second_factor;
pub mod session;
pub mod time;

#[cfg(feature = "secrets")]
pub mod blind_index;
#[cfg(feature = "secrets")]
pub mod events;
#[cfg(feature = "secrets")]
pub mod network;
#[cfg(feature = "secrets")]
pub mod ports;
#[cfg(feature = "secrets")]
pub mod secrets;
#[cfg(feature = "secrets")]
pub mod token;
