//! Fills a database with many users.

pub mod people;
pub mod rows;
