//! Measurements of a single server.

pub mod arguments;
pub mod compare;
pub mod hostile;
pub mod keys;
pub mod overload;
pub mod rounds;
pub mod scenarios;
