//! `twinlock user`.

mod access;
mod add;
mod email;
pub(in crate::cli) mod invitation;
mod list;
mod reset;

use domain::{
    ids::UserId,
    people::email::{Email, EmailError},
    ports::{Credentials, MembershipChange},
};
use usecases::Services;

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
    on(database, command.links(), async |services| match command {
        UserCommand::Add(args) => add::add(services, args).await,
        UserCommand::List => list::list(services).await,
        UserCommand::SetPassword(args) => add::set_password(services, args, calls).await,
        UserCommand::SetEmail(args) => email::set_email(services, args).await,
        UserCommand::Disable(args) => access::set_disabled(services, args, true, calls).await,
        UserCommand::Enable(args) => access::set_disabled(services, args, false, calls).await,
        UserCommand::Unlock(args) => reset::unlock(services, args, calls).await,
        UserCommand::ResetMfa(args) => reset::reset_mfa(services, args, calls).await,
        UserCommand::Remove(args) => access::remove(services, args, calls).await,
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
    Failure::refused(format!("`{text}` is no email address: {error}"))
}

/// Returns the user with this address.
pub(in crate::cli) async fn find(
    services: &Services,
    email: &Email,
) -> Result<Credentials, Failure> {
    services
        .users
        .credentials(email)
        .await?
        .ok_or_else(|| unknown(email))
}

fn unknown(email: &Email) -> Failure {
    Failure::refused(format!(
        "there is no user {email}; `twinlock user list` shows all"
    ))
}

/// Returns what prevents a user from signing in, with the command that ends it, as a sentence that
/// follows one about the user. Returns none if nothing does.
pub(in crate::cli) fn obstacle(user: &Credentials, calls: &Calls) -> Option<String> {
    let email = user.email.as_str();
    if user.disabled {
        return Some(format!(
            " They are disabled, and can't sign in until `{}`.",
            calls.enable(email)
        ));
    }
    user.password.is_none().then(|| {
        format!(
            " They have no password yet: `{}` prints a link to choose one.",
            calls.set_password(email)
        )
    })
}

/// Returns a refusal if a change to a user was not made, because an account would be left without an Owner.
async fn judge(
    services: &Services,
    change: MembershipChange,
    user: &UserId,
    email: &Email,
) -> Result<(), Failure> {
    match change {
        MembershipChange::Done => Ok(()),
        MembershipChange::NotThere => Err(unknown(email)),
        MembershipChange::LastOwner { accounts } => {
            let names = services.members.only_owner_of(user).await?;
            let shown = names.iter().take(MAX_LISTED);
            let mut of: Vec<String> = shown.map(|name| format!("`{name}`")).collect();
            let more = names.len().saturating_sub(MAX_LISTED);
            of.extend((more > 0).then(|| format!("{more} more")));
            if of.is_empty() {
                // Another command has changed it since the refusal.
                of.push(match accounts {
                    1 => "an account".to_owned(),
                    count => format!("{count} accounts"),
                });
            }
            Err(last_owner(email, &joined(&of)))
        }
    }
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
