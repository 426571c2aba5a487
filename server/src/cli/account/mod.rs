//! `twinlock account`.

mod edit;
mod list;
mod rule;

use domain::{
    people::{kept::Kept, names::AccountName},
    ports::AccountRecord,
};
use usecases::Services;

use crate::{
    cli::{Calls, Failure, Report, args::AccountCommand, on},
    config::DatabaseArgs,
};

/// A refusal lists at most this many names.
const MAX_LISTED: usize = 20;

pub(in crate::cli) async fn run(
    command: &AccountCommand,
    database: &DatabaseArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    on(database, None, async |services| match command {
        AccountCommand::Add(args) => edit::add(services, args).await,
        AccountCommand::List => list::list(services).await,
        AccountCommand::Rename(args) => edit::rename(services, args).await,
        AccountCommand::Remove(args) => edit::remove(services, args, calls).await,
        AccountCommand::RequireMfa(args) => rule::require_mfa(services, args).await,
    })
    .await
}

fn parse_name(text: &str) -> Result<AccountName, Failure> {
    text.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is no name for an account: {error}",
            text.escape_debug()
        ))
    })
}

/// Returns the account of a name, or a refusal that lists the existing ones.
pub(in crate::cli) async fn find(
    services: &Services,
    name: &str,
) -> Result<AccountRecord, Failure> {
    // Compared as written, because an older account's name may contain what names may no longer contain.
    let wanted = AccountName::kept(name.trim().to_owned());
    match services.accounts.find(&wanted).await? {
        Some(account) => Ok(account),
        None => unknown(services, name).await,
    }
}

/// Refuses an unknown account, which another command may have removed meanwhile.
async fn unknown<T>(services: &Services, name: &str) -> Result<T, Failure> {
    let accounts = services.accounts.list().await?;
    let known: Vec<String> = accounts
        .iter()
        .take(MAX_LISTED)
        .map(|account| format!("`{}`", account.name))
        .collect();
    let known = match (known.is_empty(), accounts.len() > MAX_LISTED) {
        (true, _) => "there are none yet, add it with `twinlock account add NAME`".to_owned(),
        (false, true) => format!("the first of {} are {}", accounts.len(), known.join(", ")),
        (false, false) => format!("there are {}", known.join(", ")),
    };
    Err(Failure::refused(format!(
        "there is no account `{name}`: {known}"
    )))
}

/// Returns "1 member", "3 members".
fn members(count: u32) -> String {
    let noun = if count == 1 { "member" } else { "members" };
    format!("{count} {noun}")
}
