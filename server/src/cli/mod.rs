//! The command line: the operator's only door. It works on the same ports as the server, also while that runs.

mod account;
mod args;
mod failure;
mod invitation;
mod log;
mod migrate;
mod password;
mod report;
mod serve;
mod user;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use app::services::Services;
use clap::Parser;

use crate::{
    config::{AddressArgs, Address, BrandingArgs, Database, DatabaseArgs, PublicUrl},
    context::{Opening, open, settings},
};
use args::{AccountCommand, Arguments, Command, UserCommand};
use failure::Failure;
use report::Report;

/// Runs the command that this process was started with.
#[must_use]
pub fn run() -> ExitCode {
    match execute(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Standard error may be closed; the exit code still tells.
            let _ = writeln!(io::stderr(), "twinlock: {failure}");
            failure.exit_code()
        }
    }
}

#[tokio::main]
async fn execute(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { command, database, json } = arguments;
    log::start(matches!(command, Command::Serve(_)))?;
    let report = match command {
        Command::Serve(args) => return serve::run(&args, &database).await,
        Command::Migrate => migrate::run(&Database::new(&database)?).await?,
        Command::Account(AccountCommand::Add(args)) => account::add(&services(&database).await?, &args).await?,
        Command::Account(AccountCommand::List) => account::list(&services(&database).await?).await?,
        Command::User(UserCommand::Add(args)) => {
            let public_url = link_base(&args.address)?;
            user::add(&services(&database).await?, &args, &public_url).await?
        }
        Command::User(UserCommand::List) => user::list(&services(&database).await?).await?,
        Command::User(UserCommand::SetPassword(args)) => {
            let public_url = link_base(&args.address)?;
            user::set_password(&services(&database).await?, &args, &public_url).await?
        }
        Command::User(UserCommand::Unlock(args)) => user::unlock(&services(&database).await?, &args).await?,
    };
    report.print(json).map_err(Failure::output)
}

fn link_base(args: &AddressArgs) -> Result<PublicUrl, Failure> {
    Ok(Address::new(args)?.link_base()?)
}

/// The ports on an existing database.
async fn services(args: &DatabaseArgs) -> Result<Services, Failure> {
    let opened = open(&Database::new(args)?, Opening::Existing).await?;
    // No command here reads a setting of the pages: that is the server's business.
    let unused = PublicUrl::of_socket(([127, 0, 0, 1], 3000).into());
    let branding = crate::config::Branding { brand: String::new(), support_url: None };
    Ok(opened.services(settings(&branding, &unused))?)
}
