//! The machine, and the processes that are measured on it.

pub mod cpu;
pub mod hardware;
pub mod limits;
pub mod postgres;
pub mod process;
