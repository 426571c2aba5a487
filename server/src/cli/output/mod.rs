//! The output of a command: its report, failures, follow-up commands, the log.

pub(in crate::cli) mod calls;
pub(in crate::cli) mod failure;
pub(in crate::cli) mod log;
pub(in crate::cli) mod report;
