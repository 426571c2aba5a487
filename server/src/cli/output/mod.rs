//! What a command says: its report, a failure, commands to go on with, the log.

pub(in crate::cli) mod calls;
pub(in crate::cli) mod failure;
pub(in crate::cli) mod log;
pub(in crate::cli) mod report;
