//! The input of a command: its environment, suggestions for unknown names, a password.

pub(in crate::cli) mod environment;
pub(in crate::cli) mod password;
pub(in crate::cli) mod suggestion;
pub(in crate::cli) mod usage;
