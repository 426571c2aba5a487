//! `twinlock backup`, `restore` and `restored`, as they are typed.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// A file that does not exist yet; the key file is not part of it
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The file that `twinlock backup` wrote
    pub file: PathBuf,
    /// Move the existing database aside
    #[arg(long)]
    pub overwrite: bool,
    #[command(flatten)]
    pub codes: RestoredArgs,
}

#[derive(Debug, Args)]
pub struct RestoredArgs {
    /// Void every backup code, because any of them may have been used since the backup
    #[arg(long)]
    pub void_backup_codes: bool,
}
