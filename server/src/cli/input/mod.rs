//! What is given to a command: its environment, what was meant, a password.

pub(in crate::cli) mod environment;
pub(in crate::cli) mod meant;
pub(in crate::cli) mod password;
pub(in crate::cli) mod usage;
