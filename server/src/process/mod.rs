//! The process and what started it.

pub mod service_manager;
pub mod signals;
