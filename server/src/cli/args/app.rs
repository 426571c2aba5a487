//! `twinlock app …`, as it is typed.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use domain::door::{MfaDemand, UserHeader};

use crate::config::AddressArgs;

#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Put an application behind Twinlock: its proxy asks Twinlock about every request
    Add(AddAppArgs),
    /// List the applications
    List,
    /// Show an application
    Show(AppArgs),
    /// Change an application; what is not named stays
    Edit(EditAppArgs),
    /// Remove an application; its proxy then lets no one in
    Remove(AppArgs),
}

#[derive(Debug, Args)]
pub struct AppArgs {
    /// The application's name; names that differ only in case are equal
    pub name: String,
}

#[derive(Debug, Args)]
pub struct AddAppArgs {
    /// The application's name, as people see it on their home page
    pub name: String,

    /// Where people open it.
    #[arg(
        help = "Address at which people open it, such as https://app.example.com; no path",
        long,
        value_name = "URL"
    )]
    pub url: String,

    /// Whose members may enter.
    #[arg(
        help = "An account whose members may enter; repeat it for several [default: everyone who \
        can sign in]",
        long = "account",
        value_name = "ACCOUNT"
    )]
    pub accounts: Vec<String>,

    /// Who needs MFA to enter
    #[arg(long, value_enum, default_value_t = MfaArg::Account)]
    pub mfa: MfaArg,

    /// What the header Remote-User holds
    #[arg(long, value_enum, default_value_t = UserHeaderArg::Email)]
    pub user_header: UserHeaderArg,

    #[command(flatten)]
    pub address: AddressArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("changes").required(true).multiple(true))]
pub struct EditAppArgs {
    /// The application's present name
    #[arg(value_name = "NAME")]
    pub application: String,

    /// Its new name
    #[arg(long = "name", value_name = "NEW_NAME", group = "changes")]
    pub new_name: Option<String>,

    /// Its new address; everyone has to enter again there
    #[arg(long, value_name = "URL", group = "changes")]
    pub url: Option<String>,

    /// An account whose members may enter, in exchange for those of before; repeat it for several
    #[arg(long = "account", value_name = "ACCOUNT", group = "changes")]
    pub accounts: Vec<String>,

    /// Let everyone in who can sign in
    #[arg(long, conflicts_with = "accounts", group = "changes")]
    pub everyone: bool,

    /// Who needs MFA to enter
    #[arg(long, value_enum, group = "changes")]
    pub mfa: Option<MfaArg>,

    /// What the header Remote-User holds
    #[arg(long, value_enum, group = "changes")]
    pub user_header: Option<UserHeaderArg>,

    #[command(flatten)]
    pub address: AddressArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MfaArg {
    /// Everyone
    Always,
    /// Members of accounts that require it
    Account,
}

impl From<MfaArg> for MfaDemand {
    fn from(mfa: MfaArg) -> Self {
        match mfa {
            MfaArg::Always => Self::Always,
            MfaArg::Account => Self::Account,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UserHeaderArg {
    /// The email address, which may change
    Email,
    /// The user's id, which never changes
    Id,
}

impl From<UserHeaderArg> for UserHeader {
    fn from(header: UserHeaderArg) -> Self {
        match header {
            UserHeaderArg::Email => Self::Email,
            UserHeaderArg::Id => Self::Id,
        }
    }
}
