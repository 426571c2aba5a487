//! `twinlock account`.

mod edit;
mod list;
mod rule;

use domain::{people::names::AccountName, ports::AccountRecord};
use usecases::operator::{Operator, OperatorError, find_account, list_accounts};

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
    on(database, None, async |operator| match command {
        AccountCommand::Add(args) => edit::add(operator, args).await,
        AccountCommand::List => list::list(operator).await,
        AccountCommand::Rename(args) => edit::rename(operator, args).await,
        AccountCommand::Remove(args) => edit::remove(operator, args, calls).await,
        AccountCommand::RequireMfa(args) => rule::require_mfa(operator, args).await,
    })
    .await
}

fn parse_name(text: &str) -> Result<AccountName, Failure> {
    text.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is not a name for an account: {error}",
            text.escape_debug()
        ))
    })
}

/// Returns the account of a name, or a refusal that lists the existing ones.
pub(in crate::cli) async fn find(
    operator: &Operator,
    name: &str,
) -> Result<AccountRecord, Failure> {
    match find_account(operator, name).await? {
        Some(account) => Ok(account),
        None => Err(unknown(operator, name).await?),
    }
}

/// Names the account in an error: another command may have removed the account since.
async fn explain(operator: &Operator, name: &str, error: OperatorError) -> Failure {
    match error {
        OperatorError::NoAccount => unknown(operator, name).await.unwrap_or_else(|error| error),
        error => error.into(),
    }
}

/// The refusal of an unknown account.
async fn unknown(operator: &Operator, name: &str) -> Result<Failure, Failure> {
    let accounts = list_accounts(operator).await?;
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
    Ok(Failure::refused(format!(
        "there is no account `{name}`: {known}"
    )))
}

/// Returns "1 member", "3 members".
fn members(count: u32) -> String {
    let noun = if count == 1 { "member" } else { "members" };
    format!("{count} {noun}")
}
