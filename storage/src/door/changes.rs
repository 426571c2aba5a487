//! How the operator adds, changes and removes applications.

use domain::{
    door::ApplicationAccess,
    events::{Action, Event},
    ids::{AccountId, ApplicationId},
    ports::{
        ApplicationAddition, ApplicationChange, ApplicationEdit, ApplicationRecord,
        ApplicationRemoval, NewApplication, PortError,
    },
};
use sqlx::AssertSqlSafe;

use crate::{
    Store,
    door::records,
    engine::{
        dialect::Engine,
        locks,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
};

/// Inserts nothing if the name or the origin is taken.
const INSERT: &str = "
    INSERT INTO applications (
        id, name, name_folded, origin, kind, everyone, mfa, user_header, added_at
    )
    VALUES ($1, $2, $3, $4, 'forward_auth', $5, $6, $7, $8)
    ON CONFLICT DO NOTHING";

/// Another application than `$2` with the name `$1`.
const NAMED: &str = "
    SELECT 1
    FROM applications
    WHERE name_folded = $1 AND id <> $2";

/// Another application than `$2` with the origin `$1`.
const PLACED: &str = "
    SELECT 1
    FROM applications
    WHERE origin = $1 AND id <> $2";

const LIST_ACCOUNT: &str = "
    INSERT INTO application_accounts (application_id, account_id)
    VALUES ($1, $2)";

const UNLIST_ACCOUNTS: &str = "
    DELETE FROM application_accounts
    WHERE application_id = $1";

const LOCK: &str = "
    UPDATE applications
    SET name = name
    WHERE id = $1";

const UPDATE: &str = "
    UPDATE applications
    SET name = $2, name_folded = $3, origin = $4, everyone = $5, mfa = $6, user_header = $7
    WHERE id = $1";

const DELETE_CODES: &str = "
    DELETE FROM application_codes
    WHERE application_id = $1";

const DELETE_SESSIONS: &str = "
    DELETE FROM application_sessions
    WHERE application_id = $1";

const DELETE: &str = "
    DELETE FROM applications
    WHERE id = $1";

/// The users who are in an application or about to enter it.
const USERS: &str = "
    SELECT id
    FROM users
    WHERE id IN (
        SELECT user_id FROM application_codes WHERE application_id = $1
        UNION SELECT user_id FROM application_sessions WHERE application_id = $1
    )
    ORDER BY id";

/// The accounts that an application lists, or for which a person is in it.
const ACCOUNTS: &str = "
    SELECT id
    FROM accounts
    WHERE id IN (
        SELECT account_id FROM application_accounts WHERE application_id = $1
        UNION SELECT account_id FROM application_codes WHERE application_id = $1
        UNION SELECT account_id FROM application_sessions WHERE application_id = $1
    )
    ORDER BY id";

/// The sessions of the users who are in an application or about to enter it.
const SESSIONS: &str = "
    SELECT id
    FROM sessions
    WHERE id IN (
        SELECT session_id FROM application_codes WHERE application_id = $1
        UNION SELECT session_id FROM application_sessions WHERE application_id = $1
    )
    ORDER BY id";

pub async fn add(
    store: &Store,
    application: &NewApplication,
) -> Result<ApplicationAddition, PortError> {
    let mut write = store.write().await?;
    let accounts = listed(&application.access);
    if !lock_accounts(&mut write, &accounts).await? {
        write.rollback().await?;
        return Ok(ApplicationAddition::NoAccount);
    }
    if write.run(insert_statement(application)).await? != 1 {
        let named = query(NAMED)
            .bind(application.name.search_key())
            .bind(application.id.as_str());
        let is_named = write.row(named).await?.is_some();
        write.rollback().await?;
        return Ok(if is_named {
            ApplicationAddition::NameTaken
        } else {
            ApplicationAddition::OriginTaken
        });
    }
    list_accounts(&mut write, &application.id, &accounts).await?;
    let event = Event::done(Action::ApplicationAdd).saying(application.name.as_str());
    write.commit(event).await?;
    Ok(ApplicationAddition::Added)
}

pub async fn edit(
    store: &Store,
    application: &ApplicationId,
    edit: ApplicationEdit,
) -> Result<ApplicationChange, PortError> {
    let mut write = store.write().await?;
    if edit.origin.is_some() {
        lock_entries(&mut write, store.engine(), application).await?;
    }
    let accounts = edit.access.as_ref().map(listed).unwrap_or_default();
    let change = if lock_accounts(&mut write, &accounts).await? {
        change(&mut write, application, &edit, &accounts).await?
    } else {
        Err(ApplicationChange::NoAccount)
    };
    match change {
        Ok(name) => {
            let event = Event::done(Action::ApplicationEdit).saying(name);
            write.commit(event).await?;
            Ok(ApplicationChange::Changed)
        }
        Err(refusal) => {
            write.rollback().await?;
            Ok(refusal)
        }
    }
}

/// Changes the application and returns its name, or why nothing was changed.
async fn change(
    write: &mut WriteTransaction,
    application: &ApplicationId,
    edit: &ApplicationEdit,
    accounts: &[AccountId],
) -> Result<Result<String, ApplicationChange>, PortError> {
    write.run(query(LOCK).bind(application.as_str())).await?;
    let Some(old) = records::get_within(write, application).await? else {
        return Ok(Err(ApplicationChange::NoApplication));
    };
    let new = edited(&old, edit);
    let is_for_others = listed(&old.access) != listed(&new.access)
        || is_everyone(&old.access) != is_everyone(&new.access);
    let is_same = old.name == new.name
        && old.origin == new.origin
        && old.mfa == new.mfa
        && old.user_header == new.user_header
        && !is_for_others;
    if is_same {
        return Ok(Err(ApplicationChange::Same));
    }
    let id = application.as_str();
    let named = query(NAMED).bind(new.name.search_key()).bind(id);
    if write.row(named).await?.is_some() {
        return Ok(Err(ApplicationChange::NameTaken));
    }
    let placed = query(PLACED).bind(new.origin.as_str()).bind(id);
    if write.row(placed).await?.is_some() {
        return Ok(Err(ApplicationChange::OriginTaken));
    }
    write.run(update_statement(&new)).await?;
    if old.origin != new.origin {
        write.run(query(DELETE_CODES).bind(id)).await?;
        write.run(query(DELETE_SESSIONS).bind(id)).await?;
    }
    if is_for_others {
        write.run(query(UNLIST_ACCOUNTS).bind(id)).await?;
        list_accounts(write, application, accounts).await?;
    }
    Ok(Ok(String::from(new.name)))
}

pub async fn remove(
    store: &Store,
    application: &ApplicationId,
) -> Result<ApplicationRemoval, PortError> {
    let mut write = store.write().await?;
    lock_entries(&mut write, store.engine(), application).await?;
    let record = records::get_within(&mut write, application).await?;
    let delete = query(DELETE).bind(application.as_str());
    let removed = write.run(delete).await? == 1;
    let (true, Some(record)) = (removed, record) else {
        write.rollback().await?;
        return Ok(ApplicationRemoval::NoApplication);
    };
    let event = Event::done(Action::ApplicationRemove).saying(record.name.as_str());
    write.commit(event).await?;
    Ok(ApplicationRemoval::Removed)
}

fn insert_statement(application: &NewApplication) -> Statement {
    query(INSERT)
        .bind(application.id.as_str())
        .bind(application.name.as_str())
        .bind(application.name.search_key())
        .bind(application.origin.as_str())
        .bind(i64::from(is_everyone(&application.access)))
        .bind(application.mfa.as_str())
        .bind(application.user_header.as_str())
        .bind(application.at.millis())
}

fn update_statement(new: &ApplicationRecord) -> Statement {
    query(UPDATE)
        .bind(new.id.as_str())
        .bind(new.name.as_str())
        .bind(new.name.search_key())
        .bind(new.origin.as_str())
        .bind(i64::from(is_everyone(&new.access)))
        .bind(new.mfa.as_str())
        .bind(new.user_header.as_str())
}

/// The application as it is after the edit, without the names of its accounts.
fn edited(old: &ApplicationRecord, edit: &ApplicationEdit) -> ApplicationRecord {
    ApplicationRecord {
        id: old.id.clone(),
        name: edit.name.clone().unwrap_or_else(|| old.name.clone()),
        origin: edit.origin.clone().unwrap_or_else(|| old.origin.clone()),
        access: edit.access.clone().unwrap_or_else(|| old.access.clone()),
        account_names: Vec::new(),
        mfa: edit.mfa.unwrap_or(old.mfa),
        user_header: edit.user_header.unwrap_or(old.user_header),
        added_at: old.added_at,
    }
}

const fn is_everyone(access: &ApplicationAccess) -> bool {
    matches!(access, ApplicationAccess::Everyone)
}

/// The listed accounts, each once, in the order of their locks.
fn listed(access: &ApplicationAccess) -> Vec<AccountId> {
    let mut accounts = match access {
        ApplicationAccess::Everyone => Vec::new(),
        ApplicationAccess::Accounts(accounts) => accounts.clone(),
    };
    accounts.sort();
    accounts.dedup();
    accounts
}

/// False if one of the accounts does not exist.
async fn lock_accounts(
    write: &mut WriteTransaction,
    accounts: &[AccountId],
) -> Result<bool, PortError> {
    for account in accounts {
        if !locks::account(write, account).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn list_accounts(
    write: &mut WriteTransaction,
    application: &ApplicationId,
    accounts: &[AccountId],
) -> Result<(), PortError> {
    for account in accounts {
        let list = query(LIST_ACCOUNT)
            .bind(application.as_str())
            .bind(account.as_str());
        write.run(list).await?;
    }
    Ok(())
}

/// Locks what the codes and sessions of an application refer to, because their rows are about to be
/// deleted, and the end of a user, an account or a session deletes the same rows.
async fn lock_entries(
    write: &mut WriteTransaction,
    engine: Engine,
    application: &ApplicationId,
) -> Result<(), PortError> {
    let kept = engine.keep_unchanged();
    for rows in [USERS, ACCOUNTS, SESSIONS] {
        let lock = query(AssertSqlSafe(format!("{rows}{kept}")));
        write.rows(lock.bind(application.as_str())).await?;
    }
    Ok(())
}
