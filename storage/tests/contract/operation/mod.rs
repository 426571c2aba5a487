//! What an operator does, and what the server does without being asked.

mod copy;
mod heartbeat;
mod keys;
mod restored;
mod servers;
mod sqlite_backup;
mod sweep;
