//! What `ci` and `test` look at beside cargo's own tests, and what is measured.

pub mod advisories;
pub mod attack;
pub mod bench;
pub mod faults;
pub mod lighthouse;
pub mod postgres;
pub mod tree_proof;
