//! `twinlock account …`, as it is typed.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Add an account
    Add(AccountArgs),
    /// List the accounts
    List,
    /// Give an account another name
    Rename(RenameArgs),
    /// Remove an account; its members stay as users, in their other accounts or in none
    Remove(AccountArgs),
    /// Set whether the members of an account must use MFA
    RequireMfa(RuleArgs),
}

#[derive(Debug, Args)]
pub struct AccountArgs {
    /// The account's name; names that differ only in case are equal
    pub name: String,
}

#[derive(Debug, Args)]
pub struct RenameArgs {
    /// The account's present name
    pub name: String,
    /// The account's new name
    pub new_name: String,
}

#[derive(Debug, Args)]
pub struct RuleArgs {
    /// The account's name
    pub name: String,
    /// Whether its members must use MFA
    pub rule: Switch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// They must; members without MFA set it up when they next open the account
    On,
    /// They may
    Off,
}
