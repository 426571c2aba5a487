//! `twinlock user …`, as it is typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{
    cli::args::RoleArg,
    config::{AddressArgs, BrandArgs},
};

/// What `twinlock user import --help` says about the file.
const IMPORT_FIELDS: &str = "\
Fields: email, name and account are required; role (owner or member), password_hash, totp (an
otpauth URI), mfa_name and disabled (true or false) are optional. One JSON object a line, or CSV
with a header:

  email,name,account,role,password_hash,totp
  ada@example.com,Ada Owner,Example Ltd,owner,\"$2b$12$…\",otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ

Keep the file to yourself (chmod 600), try it with --dry-run, and delete it after the import.";

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person to an account; without a password prints an invitation link
    Add(AddUserArgs),
    /// Import people from a file of another program, all of them or none, with their passwords and
    /// authenticators
    #[command(after_help = IMPORT_FIELDS)]
    Import(ImportArgs),
    /// List the users
    List,
    /// Set a person's password, or print a link with which they choose a new one
    SetPassword(SetPasswordArgs),
    /// Give a person another email address to sign in with
    SetEmail(SetEmailArgs),
    /// Disable a person: they are signed out and can't sign in, but nothing of theirs is lost
    Disable(EmailArgs),
    /// Enable a disabled person
    Enable(EmailArgs),
    /// Unlock a person who was locked out by wrong codes
    Unlock(EmailArgs),
    /// Remove a person's authenticator and backup codes, so that they can set up MFA again
    ResetMfa(EmailArgs),
    /// Remove a person and all that is theirs
    Remove(EmailArgs),
}

impl UserCommand {
    /// Where links lead, for the commands that print one.
    pub const fn links(&self) -> Option<&AddressArgs> {
        match self {
            Self::Add(args) => Some(&args.address),
            Self::SetPassword(args) => Some(&args.address),
            Self::Import(_)
            | Self::List
            | Self::SetEmail(_)
            | Self::Disable(_)
            | Self::Enable(_)
            | Self::Unlock(_)
            | Self::ResetMfa(_)
            | Self::Remove(_) => None,
        }
    }
}

#[derive(Debug, Args)]
pub struct AddUserArgs {
    /// Email address to sign in with
    pub email: String,
    /// Full name
    #[arg(long)]
    pub name: String,
    /// Name of an existing account
    #[arg(long)]
    pub account: String,
    /// Role in that account
    #[arg(long)]
    pub role: RoleArg,
    #[command(flatten)]
    pub password: PasswordArgs,
    #[command(flatten)]
    pub address: AddressArgs,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// JSON lines or CSV (see docs/IMPORT.md); `-` reads standard input
    pub file: PathBuf,
    /// Say line by line what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct SetPasswordArgs {
    /// The user's email address
    pub email: String,
    #[command(flatten)]
    pub password: PasswordArgs,
    #[command(flatten)]
    pub address: AddressArgs,
}

#[derive(Debug, Args)]
pub struct SetEmailArgs {
    /// The user's email address, or their id as `twinlock collisions` shows it
    pub email: String,
    /// The new one
    pub new_email: String,
}

#[derive(Debug, Args)]
pub struct EmailArgs {
    /// The user's email address
    pub email: String,
}

#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Read the password from standard input; one newline at its end is dropped
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    pub brand: BrandArgs,
}
