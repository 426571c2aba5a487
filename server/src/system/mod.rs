//! The clock and the random source of the machine, and the check of signatures.

pub mod clock;
pub mod entropy;
pub mod signatures;
pub mod utc;
