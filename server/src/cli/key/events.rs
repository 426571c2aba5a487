//! Writes the security events of `twinlock key`. A rotation is recorded in the database when it
//! ends.

use domain::{
    events::{Action, Actor, Event, Origin},
    ports::{Clock, Events},
};
use storage::Store;

use crate::{
    cli::{Failure, Report, args::KeyCommand},
    system::clock::SystemClock,
};

/// Records a key that was added to the key file or removed from it. The file has already changed,
/// so if recording fails, the command fails and says so.
pub async fn record_key_change(
    store: &Store,
    command: &KeyCommand,
    done: Result<Report, Failure>,
) -> Result<Report, Failure> {
    let action = match command {
        KeyCommand::New => Action::KeyAdd,
        KeyCommand::Drop(_) => Action::KeyDrop,
        KeyCommand::List | KeyCommand::Rotate => return done,
    };
    let report = done?;
    let key = report.json()["id"].as_str().unwrap_or_default();
    let store = store.seen_from(Origin::here(Actor::Operator, SystemClock.now()));
    let written = store.note(Event::done(action).saying(key)).await;
    written.map_err(|error| {
        let why = Failure::from(error);
        Failure::refused(format!(
            "the key file was changed ({action} {key}), but no security event could be written: {why}"
        ))
    })?;
    Ok(report)
}
