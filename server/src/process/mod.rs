//! The process and its relation to the system that starts and stops it.

pub mod service_manager;
pub mod signals;
