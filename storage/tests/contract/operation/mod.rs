//! Operator commands and background tasks.

mod copy;
mod heartbeat;
mod keys;
mod restored;
mod servers;
mod sqlite_backup;
mod sweep;
