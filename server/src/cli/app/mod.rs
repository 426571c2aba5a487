//! `twinlock app`.

mod add;
mod edit;
mod report;

use domain::{
    door::{ApplicationAccess, ApplicationOrigin},
    people::names::{AccountName, ApplicationName},
    ports::{AccountRecord, ApplicationRecord},
};
use serde_json::json;
use usecases::operator::{
    Operator, OperatorError, find_application, list_applications, remove_application,
};

use crate::{
    cli::{
        Calls, Failure, Report, account,
        args::{AppArgs, AppCommand},
        on,
    },
    config::DatabaseArgs,
};

/// A refusal lists at most this many names.
const MAX_LISTED: usize = 20;

pub(in crate::cli) async fn run(
    command: &AppCommand,
    database: &DatabaseArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    on(database, None, async |operator| match command {
        AppCommand::Add(args) => add::add(operator, args).await,
        AppCommand::List => list(operator).await,
        AppCommand::Show(args) => show(operator, args).await,
        AppCommand::Edit(args) => edit::edit(operator, args).await,
        AppCommand::Remove(args) => remove(operator, args, calls).await,
    })
    .await
}

async fn list(operator: &Operator) -> Result<Report, Failure> {
    let applications = list_applications(operator).await?;
    let each = applications.iter();
    let each = each.map(|application| (report::line(application), report::json(application)));
    Ok(Report::list(
        each,
        "No applications yet: `twinlock app add NAME --url https://app.example.com` puts one behind Twinlock.",
    ))
}

async fn show(operator: &Operator, args: &AppArgs) -> Result<Report, Failure> {
    let application = find(operator, &args.name).await?;
    Ok(Report::lines(
        report::lines(&application),
        report::json(&application),
    ))
}

async fn remove(operator: &Operator, args: &AppArgs, calls: &Calls) -> Result<Report, Failure> {
    let application = find(operator, &args.name).await?;
    if let Err(error) = remove_application(operator, &application.id).await {
        return Err(explain(operator, &args.name, &application.origin, error).await);
    }
    let ApplicationRecord {
        id, name, origin, ..
    } = &application;
    let mut lines = vec![format!(
        "Application `{name}` removed: everyone who is in it is out at their next request, and its proxy lets no one in at {origin}."
    )];
    // Without an account it would come back for everyone.
    if report::is_for_no_one(&application) {
        lines.push("No one could enter it, because its accounts had been removed.".to_owned());
    } else {
        lines.push(format!("This command brings it back{}:", calls.condition()));
        lines.push(calls.add_app(&application));
    }
    Ok(Report::lines(
        lines,
        json!({ "id": id, "name": name, "origin": origin.as_str() }),
    ))
}

fn parse_name(text: &str) -> Result<ApplicationName, Failure> {
    text.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is not a name for an application: {error}",
            text.escape_debug()
        ))
    })
}

pub(in crate::cli) fn parse_origin(text: &str) -> Result<ApplicationOrigin, Failure> {
    text.parse().map_err(|error| {
        // The text before an `@` may be a password.
        let shown = if text.contains('@') {
            "this".to_owned()
        } else {
            format!("`{}`", text.escape_debug())
        };
        Failure::refused(format!(
            "{shown} is not the address of an application, such as https://app.example.com: {error}"
        ))
    })
}

/// Members of the accounts with these names, which must exist.
async fn accounts(operator: &Operator, names: &[String]) -> Result<ApplicationAccess, Failure> {
    let mut found: Vec<AccountRecord> = Vec::new();
    for name in names {
        let account = account::find(operator, name).await?;
        if found.iter().all(|other| other.id != account.id) {
            found.push(account);
        }
    }
    let ids = found.into_iter().map(|account| account.id);
    Ok(ApplicationAccess::Accounts(ids.collect()))
}

/// Returns the application of a name, or a refusal that lists the existing ones.
async fn find(operator: &Operator, name: &str) -> Result<ApplicationRecord, Failure> {
    match find_application(operator, name).await? {
        Some(application) => Ok(application),
        None => Err(unknown(operator, name).await?),
    }
}

/// The refusal of an unknown application.
async fn unknown(operator: &Operator, name: &str) -> Result<Failure, Failure> {
    let applications = list_applications(operator).await?;
    let names = applications.iter().take(MAX_LISTED);
    let names: Vec<String> = names.map(|known| format!("`{}`", known.name)).collect();
    let known = match (names.is_empty(), applications.len() > MAX_LISTED) {
        (true, _) => "there are none yet, add it with `twinlock app add NAME --url URL`".to_owned(),
        (false, true) => format!(
            "the first of {} are {}",
            applications.len(),
            names.join(", ")
        ),
        (false, false) => format!("there are {}", names.join(", ")),
    };
    let name = name.escape_debug();
    Ok(Failure::refused(format!(
        "there is no application `{name}`: {known}"
    )))
}

/// Names the application and the remedy in an error.
async fn explain(
    operator: &Operator,
    name: &str,
    origin: &ApplicationOrigin,
    error: OperatorError,
) -> Failure {
    Failure::refused(match error {
        OperatorError::NoApplication => {
            return unknown(operator, name).await.unwrap_or_else(|error| error);
        }
        OperatorError::ApplicationNameTaken { holder } => format!(
            "there is an application `{holder}` already; names that differ only in case, marks on letters or invisible characters count as equal"
        ),
        OperatorError::OriginTaken { holder } => format!(
            "{origin} belongs to the application `{holder}` already; `twinlock app edit` changes it, `twinlock app remove` removes it"
        ),
        OperatorError::OwnHost => format!(
            "{} is the host of Twinlock itself (TWINLOCK_PUBLIC_URL); give the application a host of its own, because cookies are for a host and not for a port",
            origin.host()
        ),
        OperatorError::NoAccount => {
            "one of the accounts was removed meanwhile; `twinlock account list` lists them"
                .to_owned()
        }
        error => return error.into(),
    })
}

/// Returns "`Acme` and `Example Ltd`".
fn quoted_names(names: &[AccountName]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}
