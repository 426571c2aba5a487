//! Support code of the tests.

pub mod browser;
pub mod people;
pub mod program;
