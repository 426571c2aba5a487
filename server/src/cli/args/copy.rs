//! `twinlock copy`, as it is typed.

use clap::Args;

#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The database to copy from.
    #[arg(
        help = "Database to copy from, such as sqlite:/var/lib/twinlock/twinlock.db; its key file \
        is beside it, or set by TWINLOCK_KEY_FILE",
        long,
        value_name = "URL"
    )]
    pub from: String,
    /// The empty database to copy to.
    #[arg(
        help = "Empty database to copy to, such as postgres://twinlock@db.example.com/twinlock?sslmode=verify-full; PGPASSWORD or ~/.pgpass may hold its password",
        long,
        value_name = "URL"
    )]
    pub to: String,
}
