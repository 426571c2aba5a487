//! `twinlock user`.

mod access;
mod add;
mod email;
mod import;
mod list;
mod reset;

use domain::{
    people::email::{Email, EmailError},
    ports::{UserRecord, UserStatus},
};
use usecases::operator::{Operator, OperatorError, find_user};

use crate::{
    cli::{Calls, Failure, Report, args::UserCommand, on, output::report::joined},
    config::DatabaseArgs,
};

/// A refusal names at most this many accounts.
const MAX_LISTED: usize = 20;

pub(in crate::cli) async fn run(
    command: &UserCommand,
    database: &DatabaseArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    on(database, command.links(), async |operator| match command {
        UserCommand::Add(args) => add::add(operator, args).await,
        UserCommand::Import(args) => import::import(operator, args).await,
        UserCommand::List => list::list(operator).await,
        UserCommand::SetPassword(args) => add::set_password(operator, args, calls).await,
        UserCommand::SetEmail(args) => email::set_email(operator, args).await,
        UserCommand::Disable(args) => {
            access::set_status(operator, args, UserStatus::Disabled, calls).await
        }
        UserCommand::Enable(args) => {
            access::set_status(operator, args, UserStatus::Enabled, calls).await
        }
        UserCommand::Unlock(args) => reset::unlock(operator, args, calls).await,
        UserCommand::ResetMfa(args) => reset::reset_mfa(operator, args, calls).await,
        UserCommand::Remove(args) => access::remove(operator, args, calls).await,
    })
    .await
}

/// Parses an address from the command line.
pub(in crate::cli) fn parse_email(text: &str) -> Result<Email, Failure> {
    text.parse().map_err(|error| no_email(text, error))
}

/// Parses an address that will be assigned to a user.
fn new_email(text: &str) -> Result<Email, Failure> {
    Email::new(text).map_err(|error| no_email(text, error))
}

fn no_email(text: &str, error: EmailError) -> Failure {
    let text = text.escape_debug();
    Failure::refused(format!("`{text}` is not an email address: {error}"))
}

/// Returns the user with this address.
pub(in crate::cli) async fn find(
    operator: &Operator,
    email: &Email,
) -> Result<UserRecord, Failure> {
    let found = find_user(operator, email).await;
    found.map_err(|error| explain(email, error))
}

/// Names the user in an error.
fn explain(email: &Email, error: OperatorError) -> Failure {
    match error {
        OperatorError::NoUser => unknown(email),
        OperatorError::LastOwner { count, accounts } => {
            let shown = accounts.iter().take(MAX_LISTED);
            let mut of: Vec<String> = shown.map(|name| format!("`{name}`")).collect();
            let more = accounts.len().saturating_sub(MAX_LISTED);
            of.extend((more > 0).then(|| format!("{more} more")));
            if of.is_empty() {
                // Another command has changed it since the refusal.
                of.push(match count {
                    1 => "an account".to_owned(),
                    count => format!("{count} accounts"),
                });
            }
            last_owner(email, &joined(&of))
        }
        error => error.into(),
    }
}

fn unknown(email: &Email) -> Failure {
    Failure::refused(format!(
        "there is no user {email}; `twinlock user list` shows all"
    ))
}

/// Returns what prevents a user from signing in, with the command that ends it, as a sentence that
/// follows one about the user. Returns none if nothing does.
pub(in crate::cli) fn obstacle(user: &UserRecord, calls: &Calls) -> Option<String> {
    let email = user.email.as_str();
    if user.disabled {
        return Some(format!(
            " They are disabled, and can't sign in until `{}`.",
            calls.enable(email)
        ));
    }
    (!user.has_password).then(|| {
        format!(
            " They have no password yet: `{}` prints a link to choose one.",
            calls.set_password(email)
        )
    })
}

/// Returns the refusal that keeps an Owner in each account.
pub(in crate::cli) fn last_owner(email: &Email, of: &str) -> Failure {
    Failure::refused(format!(
        "{email} is the last Owner of {of} who can sign in: make another user Owner first \
        (`twinlock member role`, or `twinlock user add` if it has no other member; an invited user \
        counts once they have chosen a password), or remove the account (`twinlock account \
        remove`)"
    ))
}
