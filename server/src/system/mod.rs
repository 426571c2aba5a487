//! The clock and the random source of the machine, the check of signatures, and the signing of
//! assertions.

pub mod assertions;
pub mod clock;
pub mod entropy;
pub mod signatures;
pub mod utc;
