//! The clock and the random source of the machine.

pub mod clock;
pub mod entropy;
pub mod utc;
