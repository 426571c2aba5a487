//! The rules of a WebAuthn Level 3 relying party: which passkey or security key is accepted, and
//! which answer of one proves its user. ADR 40 lists each step of the specification with the
//! function that takes it.
//!
//! The pages use [`authenticators`] only; everything else is compiled for the server.

pub mod authenticators;

#[cfg(feature = "secrets")]
pub mod answers;
#[cfg(feature = "secrets")]
pub mod authentication;
#[cfg(feature = "secrets")]
pub mod authenticator_data;
#[cfg(feature = "secrets")]
pub mod cbor;
#[cfg(feature = "secrets")]
pub mod client_data;
#[cfg(feature = "secrets")]
pub mod credential;
#[cfg(feature = "secrets")]
pub mod options;
pub mod pace;
#[cfg(feature = "secrets")]
pub mod public_key;
#[cfg(feature = "secrets")]
pub mod registration;
#[cfg(feature = "secrets")]
pub mod relying_party;
#[cfg(feature = "secrets")]
pub mod values;

#[cfg(feature = "secrets")]
#[cfg(test)]
mod tests;
