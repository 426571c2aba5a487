//! The master keys, and what they seal.

pub mod keys;
pub mod vault;
