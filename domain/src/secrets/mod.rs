//! The master keys, and the data that they seal.

pub mod keys;
pub mod vault;
