//! `twinlock serve --demo`: three accounts and nine people, in every state that the pages know.
//!
//! Everything is written through the ports, as the pages and the commands write it; only the instants lie in the past, so that
//! nobody's code of this very moment is burnt already.

mod cast;
mod enrol;
mod fill;
mod person;
mod secrets;
mod sheet;
mod visit;

use std::io::{self, Write};

use app::services::Services;

use super::Failure;
use crate::config::{Address, Database, SettingError};

/// Whether the demo may be served there: its passwords have been on a screen, so that others on the network get no chance to use them.
pub(super) fn check_address(address: &Address) -> Result<(), SettingError> {
    if address.listen.ip().is_loopback() {
        return Ok(());
    }
    let problem = format!(
        "the demo is for this machine only and does not listen on {}: use 127.0.0.1:3000 or leave --demo out",
        address.listen
    );
    Err(SettingError::new("TWINLOCK_LISTEN", problem))
}

/// Fills an empty database and prints, this once, how to sign in.
pub(super) async fn run(services: &Services, database: &Database) -> Result<(), Failure> {
    if !is_empty(services).await? {
        return Err(Failure::refused(format!(
            "the database {} is not empty, and --demo fills an empty one only: leave --demo out, or name a new one with TWINLOCK_DATABASE_URL",
            database.place
        )));
    }
    let mut out = io::stdout();
    writeln!(
        out,
        "Filling the database with three accounts and nine people. Hashing their passwords and backup codes takes a few seconds."
    )
    .and_then(|()| out.flush())
    .map_err(Failure::output)?;
    let people = fill::fill(services).await?;
    out.write_all(sheet::sheet(&people).as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::output)
}

async fn is_empty(services: &Services) -> Result<bool, Failure> {
    Ok(services.users.none_exist().await? && services.accounts.list().await?.is_empty())
}

/// Something did not go as it does on an empty database: somebody else is writing to it.
fn disturbed(what: &str) -> Failure {
    Failure::refused(format!(
        "the demo is incomplete ({what}): start again on a new database, with nothing else at work on it"
    ))
}
