//! The command line: the operator's only interface, also while the server runs. It parses the
//! arguments, calls the use cases of [`usecases::operator`], and prints their results.

mod account;
mod app;
mod args;
mod collisions;
mod database;
mod demo;
mod doctor;
#[cfg(test)]
mod documented;
mod events;
mod input;
mod key;
mod member;
mod output;
mod serve;
mod user;

use std::{
    env,
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches};
use domain::session::address_limit::LIMIT;
use serde_json::json;
use usecases::{CookieNames, Settings, operator::Operator};

use crate::{
    config::{Address, AddressArgs, Database, DatabaseArgs, LogFormat, SettingError},
    context::{OpenMode, open},
};
use args::{CliArguments, Command};
use database::{backup, copy, migrate, restore};
use input::{environment, usage};
use output::{
    calls::Calls,
    failure::{self, Failure},
    log,
    report::Report,
};

/// Runs the command of this process.
#[must_use]
pub fn run() -> ExitCode {
    // Read before the arguments are parsed, because `--json` also applies to errors in them.
    let words = env::args_os().skip(1);
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let json = words.iter().any(|word| word == "--json");
    if let Err(error) = environment::check() {
        return refuse(&error, ExitCode::from(2), json);
    }
    let (arguments, calls) = match parsed() {
        Ok(parsed) => parsed,
        Err(error) => match usage::line(&error, &words) {
            Some(line) => return refuse(&line, ExitCode::from(2), json),
            None => error.exit(),
        },
    };
    match execute(arguments, &calls) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let is_said = matches!(failure, Failure::Reported(_));
            refuse(&failure, failure.exit_code(), json && !is_said)
        }
    }
}

/// Prints one line on standard error. For scripts, JSON on standard output repeats it, because they
/// expect the result there.
fn refuse(why: &dyn Display, code: ExitCode, json: bool) -> ExitCode {
    let why = failure::cut(&why.to_string());
    // Both outputs may be closed; the exit code still reports the failure.
    if json {
        let _ = writeln!(io::stdout(), "{}", json!({ "error": why }));
    }
    let _ = writeln!(io::stderr(), "twinlock: {why}");
    code
}

/// Parses the arguments, and prepares calls that are printed with the same settings.
fn parsed() -> Result<(CliArguments, Calls), clap::Error> {
    let mut command = CliArguments::command();
    let matches = command.try_get_matches_from_mut(env::args_os())?;
    let arguments = CliArguments::from_arg_matches(&matches);
    let arguments = arguments.map_err(|error| error.format(&mut command))?;
    let calls = Calls::of(&matches, &arguments.database);
    Ok((arguments, calls))
}

#[tokio::main]
async fn execute(arguments: CliArguments, calls: &Calls) -> Result<(), Failure> {
    let CliArguments {
        command,
        database,
        json,
    } = arguments;
    if json && matches!(command, Command::Serve(_)) {
        let problem = "`serve` has no result to print; leave it out, and set TWINLOCK_LOG_FORMAT=json for a log in JSON";
        return Err(SettingError::new("--json", problem.to_owned()).into());
    }
    log::start(match &command {
        Command::Serve(args) => Some(LogFormat::new(&args.logging)?),
        _ => None,
    })?;
    for sentence in environment::unknown() {
        tracing::warn!("{sentence}");
    }
    let report = match command {
        Command::Serve(args) => return serve::run(&args, &database).await,
        Command::Doctor(args) => match &args.app {
            Some(url) => doctor::app::run(url, &args, &database).await?,
            None => doctor::run(&args, &Database::new(&database)?).await?,
        },
        Command::Events(args) => match events::run(&args, &database).await? {
            Some(report) => report,
            None => return Ok(()),
        },
        Command::Key(command) => key::run(&command, &database, json).await?,
        Command::Migrate => migrate::run(&Database::new(&database)?).await?,
        Command::Collisions => collisions::run(&database, calls).await?,
        Command::Backup(args) => backup::run(&args, &Database::new(&database)?).await?,
        Command::Restore(args) => restore::run(&args, &Database::new(&database)?).await?,
        Command::Restored(args) => restore::only_end(&args, &Database::new(&database)?).await?,
        Command::Copy(args) => copy::run(&args, &database).await?,
        Command::Account(command) => account::run(&command, &database, calls).await?,
        Command::User(command) => user::run(&command, &database, calls).await?,
        Command::App(command) => app::run(&command, &database, calls).await?,
        Command::Member(command) => member::run(&command, &database, calls).await?,
    };
    report.print(json)
}

/// Runs a command on an existing database. Commands that print links provide `links`.
async fn on(
    database: &DatabaseArgs,
    links: Option<&AddressArgs>,
    command: impl AsyncFnOnce(&Operator) -> Result<Report, Failure>,
) -> Result<Report, Failure> {
    let public_url = match links {
        Some(args) => Address::new(args)?.link_base()?.to_string(),
        None => String::new(),
    };
    let opened = open(&Database::new(database)?, OpenMode::Existing).await?;
    // Only the server uses brand, cookies and sign-in limits.
    let services = opened.services(Settings {
        brand: String::new(),
        public_url,
        relying_party: None,
        cookies: CookieNames::over_http(None),
        address_limit: LIMIT,
        show_helpers: false,
    })?;
    let result = command(&Operator::new(&services)).await;
    opened.close().await;
    result
}
