//! What the tests are made of.

pub mod browser;
pub mod free_port;
pub mod people;
pub mod program;
