//! Many people at once.

pub mod people;
pub mod rows;
