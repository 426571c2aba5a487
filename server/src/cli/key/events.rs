//! What `twinlock key` leaves in the security events. A rotation is noted where it ends, in the database.

use domain::{
    events::{Action, Actor, Event, Origin},
    ports::{Clock, Events},
};
use storage::Store;

use crate::{
    cli::{Failure, Report, args::KeyCommand},
    system::clock::SystemClock,
};

/// Notes a key that was added to the key file or taken out of it. The file was changed before: that it can't be noted is a failure that
/// says so.
pub async fn noted(
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
