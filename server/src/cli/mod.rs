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

use app::services::{Services, Settings};
use clap::Parser;

use crate::{
    config::{Address, AddressArgs, Database, DatabaseArgs},
    context::{Opening, open},
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
        Command::Account(AccountCommand::Add(args)) => account::add(&services(&database, None).await?, &args).await?,
        Command::Account(AccountCommand::List) => account::list(&services(&database, None).await?).await?,
        Command::User(UserCommand::Add(args)) => user::add(&services(&database, Some(&args.address)).await?, &args).await?,
        Command::User(UserCommand::List) => user::list(&services(&database, None).await?).await?,
        Command::User(UserCommand::SetPassword(args)) => {
            user::set_password(&services(&database, Some(&args.address)).await?, &args).await?
        }
        Command::User(UserCommand::Unlock(args)) => user::unlock(&services(&database, None).await?, &args).await?,
    };
    report.print(json).map_err(Failure::output)
}

/// The ports on an existing database; `links` is given by commands that print links.
async fn services(database: &DatabaseArgs, links: Option<&AddressArgs>) -> Result<Services, Failure> {
    let public_url = match links {
        Some(args) => Address::new(args)?.link_base()?.to_string(),
        None => String::new(),
    };
    let opened = open(&Database::new(database)?, Opening::Existing).await?;
    // Brand and cookie are the server's business.
    Ok(opened.services(Settings { brand: String::new(), public_url, cookie_secure: false })?)
}
