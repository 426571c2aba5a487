//! `twinlock user …`, as it is typed.

use clap::{Args, Subcommand};

use crate::{
    cli::args::RoleArg,
    config::{AddressArgs, BrandArgs},
};

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person to an account; without a password prints an invitation link
    Add(AddUserArgs),
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
            Self::List
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
