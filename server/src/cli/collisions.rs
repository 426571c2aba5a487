//! `twinlock collisions`: users and accounts whose spelling was distinct before version 44 and now
//! collides with another's.

use domain::ports::{Accounts, Collision, PortError, Users};
use serde::Serialize;
use serde_json::{Value, json};
use storage::Store;
use usecases::operator::{Operator, list_colliding_accounts, list_colliding_users};

use crate::{
    cli::{Calls, Failure, Report, on},
    config::DatabaseArgs,
};

pub(in crate::cli) async fn run(database: &DatabaseArgs, calls: &Calls) -> Result<Report, Failure> {
    on(database, None, async |operator| {
        Ok(list_collisions(operator, calls).await?)
    })
    .await
}

/// Lists each collision with the command that resolves it.
async fn list_collisions(operator: &Operator, calls: &Calls) -> Result<Report, PortError> {
    let people = list_colliding_users(operator).await?;
    let accounts = list_colliding_accounts(operator).await?;
    let people = people.iter().map(|found| {
        let remedy = calls.set_email(&found.id, "NEW-ADDRESS");
        line("user", found, &remedy)
    });
    let accounts = accounts.iter().map(|found| {
        let remedy = calls.rename_account(&found.text, "NEW-NAME");
        line("account", found, &remedy)
    });
    Ok(Report::list(
        people.chain(accounts),
        "No two users or accounts have spellings of one address or name.",
    ))
}

fn line<Id: Serialize>(kind: &str, found: &Collision<Id>, remedy: &str) -> (String, Value) {
    let text = found.text.escape_debug();
    let (why, holder) = match &found.held_by {
        Some((id, holder)) => (
            format!(
                "is a spelling of `{}`. Give one of the two another",
                holder.escape_debug()
            ),
            json!({ "id": id, "text": holder }),
        ),
        None => (
            "can't be an email address, so no one can sign in with it. Give it another".to_owned(),
            Value::Null,
        ),
    };
    (
        format!("The {kind} `{text}` {why}: `{remedy}`"),
        json!({ "kind": kind, "id": found.id, "text": found.text, "held_by": holder }),
    )
}

/// Returns a notice if there are collisions.
pub(in crate::cli) async fn notice(store: &Store) -> Result<Option<String>, PortError> {
    let people = Users::collisions(store).await?.len();
    let accounts = Accounts::collisions(store).await?.len();
    Ok(match people + accounts {
        0 => None,
        count => Some(format!(
            "{count} of the users and accounts have a spelling of another's address or name, or none that works; `twinlock collisions` lists them with what resolves each."
        )),
    })
}
