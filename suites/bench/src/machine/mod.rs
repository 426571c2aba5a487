//! The machine and the measured processes.

pub mod cpu;
pub mod hardware;
pub mod limits;
pub mod nginx;
pub mod postgres;
pub mod process;
