//! Clients that ask, and the clock by which they are measured.

pub mod clock;
pub mod connection;
pub mod load;
