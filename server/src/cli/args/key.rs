//! `twinlock key …`, as it is typed.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// List the keys, and how many rows each has sealed
    List,
    /// Add a key to the key file; it seals nothing before `key rotate`
    New,
    /// Seal with the new key from now on, and reseal every row with it; the server may keep running
    Rotate,
    /// Remove a key that nothing needs any more from the key file
    Drop(DropKeyArgs),
}

#[derive(Debug, Args)]
pub struct DropKeyArgs {
    /// The key's id, as `key list` shows it
    pub id: String,
}
