//! The rules of Twinlock, without clock, randomness or I/O. A rule receives everything from outside
//! as an argument or through a port.
//!
//! The pages compile this crate without the feature `secrets`; the server compiles it with the
//! feature.

pub mod ids;
pub mod members;
pub mod people;
pub mod second_factor;
pub mod session;
pub mod time;
pub mod webauthn;

#[cfg(feature = "secrets")]
pub mod blind_index;
#[cfg(feature = "secrets")]
pub mod door;
#[cfg(feature = "secrets")]
pub mod events;
#[cfg(feature = "secrets")]
pub mod imports;
#[cfg(feature = "secrets")]
pub mod network;
#[cfg(feature = "secrets")]
pub mod ports;
#[cfg(feature = "secrets")]
pub mod secrets;
#[cfg(feature = "secrets")]
pub mod token;
