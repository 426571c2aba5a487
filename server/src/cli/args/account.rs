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
    /// Say whether the members of an account must use MFA
    RequireMfa(RuleArgs),
}

#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Its name; no two accounts differ in upper and lower case only
    pub name: String,
}

#[derive(Debug, Args)]
pub struct RenameArgs {
    /// Its name until now
    pub name: String,
    /// Its name from now on
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
    /// They must: who has none sets it up when they open the account next
    On,
    /// They may
    Off,
}
