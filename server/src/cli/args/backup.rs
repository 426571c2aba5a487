//! `twinlock backup`, `restore` and `restored`, as they are typed.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// A file that is not there yet; the key file is not part of it
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// What `twinlock backup` wrote
    pub file: PathBuf,
    /// Put the database that is there aside
    #[arg(long)]
    pub overwrite: bool,
    #[command(flatten)]
    pub codes: RestoredArgs,
}

#[derive(Debug, Args)]
pub struct RestoredArgs {
    /// Void every backup code, as any of them may have been used since the backup
    #[arg(long)]
    pub void_backup_codes: bool,
}
