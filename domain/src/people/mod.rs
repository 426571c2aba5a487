//! People, their accounts, and the texts that they type.

pub mod email;
#[cfg(feature = "secrets")]
pub mod kept;
pub mod link_token;
pub mod names;
pub mod password;
pub mod roles;
#[cfg(feature = "secrets")]
pub mod search_key;
pub mod typed;
