//! The backup codes that a session shows: drawn, saved or dropped.

use domain::{
    events::{Action, Event},
    ids::{CodeSetId, SessionId, UserId},
    ports::{CodeSetChange, Grant, GrantUse, NewCodeSet, PortError},
    second_factor::{enrolment::CodesFor, step_up},
    time::Timestamp,
};

use crate::{
    Store,
    engine::{
        locks,
        rows::Values,
        statement::query,
        transaction::{EventNote, WriteTransaction},
    },
    mfa::{backup_codes, grant_use, step_ups},
};

/// Lets the session show the generated codes until `Finish`.
const SHOW_CODES: &str = "
    UPDATE sessions
    SET codes_since = $3, codes_for = $4
    WHERE id = $1 AND user_id = $2";

const STOP_SHOWING_CODES: &str = "
    UPDATE sessions
    SET codes_since = NULL
    WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL";

/// Like [`STOP_SHOWING_CODES`], but only for a user with a valid set.
const KEEP_VALID_CODES: &str = "
    UPDATE sessions
    SET codes_since = NULL
    WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL
        AND EXISTS (SELECT 1 FROM code_sets c WHERE c.user_id = $2 AND c.is_valid = 1)";

/// Locks a session that shows codes. Changes no row if the session shows none.
const LOCK_SHOWING_CODES: &str = "
    UPDATE sessions
    SET seen_at = seen_at
    WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL";

const NEWEST_DRAWN: &str = "
    SELECT MAX(created_at) AS drawn_at
    FROM code_sets
    WHERE user_id = $1 AND drawn_by = $2";

/// Takes the grant and stores a pending set.
pub async fn generate(
    store: &Store,
    grant: Grant,
    codes: NewCodeSet,
) -> Result<GrantUse, PortError> {
    let mut write = store.write().await?;
    locks::person(&mut write, &grant.user).await?;
    // The time limit for the codes counts from the verification, so that two time limits do not
    // add up.
    let granted =
        match step_ups::take(&mut write, &grant, step_up::ProtectedAction::Generate).await? {
            Some(proved_at) => show_codes(&mut write, &grant, proved_at).await?,
            None => false,
        };
    if granted {
        backup_codes::keep_pending(&mut write, &grant.user, &codes).await?;
    }
    let event = Event::done(Action::CodesGenerate).of(&grant.user);
    write.commit_if(granted, event).await?;
    Ok(grant_use(granted))
}

/// Drops the pending set.
pub async fn keep_valid(
    store: &Store,
    user: &UserId,
    session: &SessionId,
) -> Result<CodeSetChange, PortError> {
    let mut write = store.write().await?;
    locks::person(&mut write, user).await?;
    let finish = query(KEEP_VALID_CODES)
        .bind(session.as_str())
        .bind(user.as_str());
    let kept = write.run(finish).await? == 1;
    backup_codes::drop_pending(&mut write, user).await?;
    let event = Event::done(Action::CodesKeep).of(user);
    write.commit_if(kept, event).await?;
    Ok(if kept {
        CodeSetChange::Done
    } else {
        CodeSetChange::NothingToFinish
    })
}

/// Replaces the pending set.
pub async fn keep_pending(
    store: &Store,
    user: &UserId,
    codes: NewCodeSet,
) -> Result<CodeSetChange, PortError> {
    let mut write = store.write().await?;
    locks::person(&mut write, user).await?;
    let owes = query(LOCK_SHOWING_CODES)
        .bind(codes.drawn_by.as_str())
        .bind(user.as_str());
    if write.run(owes).await? != 1 {
        write.rollback().await?;
        return Ok(CodeSetChange::NothingToFinish);
    }
    backup_codes::keep_pending(&mut write, user, &codes).await?;
    let event = Event::done(Action::CodesRenew).of(user);
    write.commit(EventNote::Repeated(event)).await?;
    Ok(CodeSetChange::Done)
}

/// Makes the saved set valid.
pub async fn finish(
    store: &Store,
    user: &UserId,
    session: &SessionId,
    set: &CodeSetId,
    now: Timestamp,
) -> Result<CodeSetChange, PortError> {
    let mut write = store.write().await?;
    locks::person(&mut write, user).await?;
    let finish = query(STOP_SHOWING_CODES)
        .bind(session.as_str())
        .bind(user.as_str());
    let answer = if write.run(finish).await? != 1 {
        CodeSetChange::NothingToFinish
    } else if backup_codes::make_valid(&mut write, user, set, now).await? {
        CodeSetChange::Done
    } else {
        CodeSetChange::SetReplaced
    };
    let event = Event::done(Action::CodesFinish).of(user);
    write
        .commit_if(answer == CodeSetChange::Done, event)
        .await?;
    Ok(answer)
}

/// When the session last drew a set.
pub async fn newest_drawn(
    store: &Store,
    user: &UserId,
    session: &SessionId,
) -> Result<Option<Timestamp>, PortError> {
    let newest = query(NEWEST_DRAWN)
        .bind(user.as_str())
        .bind(session.as_str());
    let row = store.row(newest).await?;
    row.map_or(Ok(None), |row| row.maybe_at("drawn_at"))
}

async fn show_codes(
    write: &mut WriteTransaction,
    grant: &Grant,
    at: Timestamp,
) -> Result<bool, PortError> {
    let show = query(SHOW_CODES)
        .bind(grant.session.as_str())
        .bind(grant.user.as_str())
        .bind(at.millis())
        .bind(CodesFor::Generated.as_str());
    Ok(write.run(show).await? == 1)
}
