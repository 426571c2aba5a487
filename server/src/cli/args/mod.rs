//! What can be typed.

mod account;
mod app;
mod backup;
mod copy;
mod events;
mod key;
mod member;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::people::roles::Role;

use crate::config::{
    AddressArgs, BrandingArgs, DatabaseArgs, EventArgs, LimitArgs, LoggingArgs, PasskeyArgs,
    ShutdownArgs, TransportArgs,
};

pub use account::{AccountArgs, AccountCommand, RenameArgs, RuleArgs, Switch};
pub use app::{AddAppArgs, AppArgs, AppCommand, EditAppArgs};
pub use backup::{BackupArgs, RestoreArgs, RestoredArgs};
pub use copy::CopyArgs;
pub use events::{EventsArgs, KeptSeal};
pub use key::KeyCommand;
pub use member::{MemberArgs, MemberCommand, MemberRoleArgs};
pub use user::{
    AddUserArgs, EmailArgs, ImportArgs, PasswordArgs, SetEmailArgs, SetPasswordArgs, UserCommand,
};

/// The second lock of a Customer Control Panel: an authenticator app beside the password.
#[derive(Debug, Parser)]
#[command(
    name = "twinlock",
    version,
    propagate_version = true,
    infer_long_args = false
)]
pub struct CliArguments {
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    pub database: DatabaseArgs,

    /// Print JSON, for scripts
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server
    Serve(Box<ServeArgs>),
    /// Customer accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Who belongs to which account
    #[command(subcommand)]
    Member(MemberCommand),
    /// Applications behind Twinlock, which a proxy lets people into
    #[command(subcommand)]
    App(AppCommand),
    /// Security events: who did what, when and from where
    Events(EventsArgs),
    /// Keys of the key file
    #[command(subcommand)]
    Key(KeyCommand),
    /// Check database, migrations, key file and clock, and print the remedy of each failure
    Doctor(DoctorArgs),
    /// Bring the database up to this version, or make it
    Migrate,
    /// List users and accounts whose address or name is a spelling of another's, from before these
    /// counted as equal
    Collisions,
    /// Write the database into a new file, while the server runs
    Backup(BackupArgs),
    /// Put the database back from a backup; the server must be stopped
    Restore(RestoreArgs),
    /// After `pg_restore` or a copied file, end what a backup must not bring back: sessions, links,
    /// used codes
    Restored(RestoredArgs),
    /// Copy the database to another place.
    #[command(
        about = "Copy the database to an empty one, such as from a SQLite file to PostgreSQL; stop every server first: what is written into the old one later is not copied"
    )]
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Fill an empty database with three accounts and nine people to try everything with, and print
    /// their passwords; on this machine only
    #[arg(long)]
    pub demo: bool,
    #[command(flatten)]
    pub address: AddressArgs,
    #[command(flatten)]
    pub passkeys: PasskeyArgs,
    #[command(flatten)]
    pub transport: TransportArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub branding: BrandingArgs,
    #[command(flatten)]
    pub events: EventArgs,
    #[command(flatten)]
    pub shutdown: ShutdownArgs,
    #[command(flatten)]
    pub logging: LoggingArgs,
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Attack this application from outside, and check that its proxy lets no one in without
    /// Twinlock; give the server's public URL too
    #[arg(long, value_name = "URL")]
    pub app: Option<String>,

    /// File with the certificate authority of the application's certificate, in PEM [default: those
    /// that this machine trusts]
    #[arg(long, value_name = "FILE", requires = "app")]
    pub ca: Option<PathBuf>,

    #[command(flatten)]
    pub address: AddressArgs,
    #[command(flatten)]
    pub passkeys: PasskeyArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleArg {
    /// Sets the account's MFA rule and helps its members
    Owner,
    /// Manages their own sign-in only
    Member,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Owner => Self::Owner,
            RoleArg::Member => Self::Member,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        CliArguments::command().debug_assert();
    }
}
