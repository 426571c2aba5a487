//! Fills a database with many users.

pub mod passkeys;
pub mod people;
pub mod rows;
