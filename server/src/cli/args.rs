//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::roles::Role;

use crate::config::{AddressArgs, BrandingArgs, DatabaseArgs};

/// The second lock of a Customer Control Panel: an authenticator app beside the password.
#[derive(Debug, Parser)]
#[command(
    name = "twinlock",
    version,
    propagate_version = true,
    infer_long_args = false
)]
pub struct Arguments {
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
    Serve(ServeArgs),
    /// Customer accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Bring the database up to this version, or make it
    Migrate,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub address: AddressArgs,
    #[command(flatten)]
    pub branding: BrandingArgs,
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Add an account
    Add(AccountArgs),
    /// List the accounts
    List,
}

#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Its name; no two accounts differ in upper and lower case only
    pub name: String,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add somebody to an account; without a password prints an invitation link
    Add(AddUserArgs),
    /// List the users
    List,
    /// Set somebody's password, or print a link with which they choose a new one
    SetPassword(SetPasswordArgs),
    /// Let somebody try codes again who was locked out by too many wrong ones
    Unlock(EmailArgs),
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
pub struct EmailArgs {
    /// The user's email address
    pub email: String,
}

#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Read the password from standard input; one newline at its end is dropped
    #[arg(long)]
    pub password_stdin: bool,
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
        Arguments::command().debug_assert();
    }
}
