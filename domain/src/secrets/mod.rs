//! Secrets: the master keys, what they seal, and the tokens of cookies and links.

#[cfg(feature = "secrets")]
pub mod keys;
pub mod link_token;
#[cfg(feature = "secrets")]
pub mod token;
#[cfg(feature = "secrets")]
pub mod vault;
