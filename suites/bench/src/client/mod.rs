//! HTTP clients, and the clock that measures them.

pub mod clock;
pub mod connection;
pub mod load;
