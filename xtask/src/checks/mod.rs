//! The checks of `ci` and `test` beside cargo's own tests, and the measurements.

pub mod advisories;
pub mod attack;
pub mod bench;
pub mod doors;
pub mod faults;
pub mod lighthouse;
pub mod postgres;
pub mod tree_proof;
