//! `twinlock key …`, as it is typed.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// List the keys, and how many rows each has sealed
    List,
    /// Add a key to the key file; it seals nothing before `key rotate`
    New,
    /// Let the new key seal, and seal with it what the old ones have sealed; the server may run meanwhile
    Rotate,
    /// Take a key that nothing needs any more out of the key file
    Drop(DropKeyArgs),
}

#[derive(Debug, Args)]
pub struct DropKeyArgs {
    /// Its id, as `key list` shows it
    pub id: String,
}
