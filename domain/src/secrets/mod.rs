//! The master keys, the data that they seal, and the password hashes of other programs.

pub mod assertion_key;
mod data_keys;
pub mod imported_hash;
pub mod keys;
pub mod secret_hash;
pub mod vault;
