//! Operator commands and background tasks.

pub(crate) mod backup;
pub(crate) mod copy;
pub(crate) mod heartbeat;
pub(crate) mod key_check;
pub(crate) mod keys;
pub(crate) mod restored;
pub(crate) mod servers;
pub(crate) mod sweep;
