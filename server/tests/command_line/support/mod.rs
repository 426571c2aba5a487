//! Support code of the tests.

pub mod browser;
pub mod free_port;
pub mod people;
pub mod program;
