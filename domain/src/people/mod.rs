//! People, their accounts, and the texts that they type.

pub mod email;
pub mod link_token;
pub mod names;
pub mod password;
pub mod roles;
#[cfg(feature = "secrets")]
pub mod search_key;
#[cfg(feature = "secrets")]
pub mod stored_text;
pub mod typed;
