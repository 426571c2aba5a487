//! `twinlock member …`, as it is typed.

use clap::{Args, Subcommand};

use crate::cli::args::RoleArg;

#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Add a user to a further account
    Add(MemberRoleArgs),
    /// Change a user's role in an account
    Role(MemberRoleArgs),
    /// Remove a user from an account; they stay in their others
    Remove(MemberArgs),
}

#[derive(Debug, Args)]
pub struct MemberArgs {
    /// The user's email address
    pub email: String,
    /// The account's name
    pub account: String,
}

#[derive(Debug, Args)]
pub struct MemberRoleArgs {
    #[command(flatten)]
    pub member: MemberArgs,
    /// Role in that account
    #[arg(long)]
    pub role: RoleArg,
}
