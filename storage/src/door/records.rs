//! Reads applications as the operator and the portal see them.

use domain::{
    door::{ApplicationAccess, ApplicationOrigin},
    ids::ApplicationId,
    people::names::ApplicationName,
    ports::{ApplicationRecord, PortError},
};
use sqlx::any::AnyRow;

use crate::{
    Store,
    engine::{
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
};

/// All applications: one row per account that is listed.
const ALL: &str = "
    SELECT d.id AS application_id, d.name AS application_name, d.origin, d.everyone, d.mfa,
        d.user_header, d.added_at, a.id AS account_id, a.name AS account_name
    FROM applications d
    LEFT JOIN application_accounts l ON l.application_id = d.id
    LEFT JOIN accounts a ON a.id = l.account_id
    ORDER BY d.name_folded, a.name_folded";

/// Like [`ALL`], but the application with the name `$1` only.
const BY_NAME: &str = "
    SELECT d.id AS application_id, d.name AS application_name, d.origin, d.everyone, d.mfa,
        d.user_header, d.added_at, a.id AS account_id, a.name AS account_name
    FROM applications d
    LEFT JOIN application_accounts l ON l.application_id = d.id
    LEFT JOIN accounts a ON a.id = l.account_id
    WHERE d.name_folded = $1
    ORDER BY a.name_folded";

/// Like [`ALL`], but the application `$1` only.
const BY_ID: &str = "
    SELECT d.id AS application_id, d.name AS application_name, d.origin, d.everyone, d.mfa,
        d.user_header, d.added_at, a.id AS account_id, a.name AS account_name
    FROM applications d
    LEFT JOIN application_accounts l ON l.application_id = d.id
    LEFT JOIN accounts a ON a.id = l.account_id
    WHERE d.id = $1
    ORDER BY a.name_folded";

/// Like [`ALL`], but the application at the origin `$1` only.
const BY_ORIGIN: &str = "
    SELECT d.id AS application_id, d.name AS application_name, d.origin, d.everyone, d.mfa,
        d.user_header, d.added_at, a.id AS account_id, a.name AS account_name
    FROM applications d
    LEFT JOIN application_accounts l ON l.application_id = d.id
    LEFT JOIN accounts a ON a.id = l.account_id
    WHERE d.origin = $1
    ORDER BY a.name_folded";

pub async fn list(store: &Store) -> Result<Vec<ApplicationRecord>, PortError> {
    records(&store.rows(query(ALL)).await?)
}

pub async fn find(
    store: &Store,
    name: &ApplicationName,
) -> Result<Option<ApplicationRecord>, PortError> {
    one(store, query(BY_NAME).bind(name.search_key())).await
}

pub async fn get(
    store: &Store,
    application: &ApplicationId,
) -> Result<Option<ApplicationRecord>, PortError> {
    one(store, query(BY_ID).bind(application.as_str())).await
}

pub async fn at(
    store: &Store,
    origin: &ApplicationOrigin,
) -> Result<Option<ApplicationRecord>, PortError> {
    one(store, query(BY_ORIGIN).bind(origin.as_str())).await
}

/// Like [`get`], within a transaction.
pub async fn get_within(
    write: &mut WriteTransaction,
    application: &ApplicationId,
) -> Result<Option<ApplicationRecord>, PortError> {
    let rows = write.rows(query(BY_ID).bind(application.as_str())).await?;
    Ok(records(&rows)?.pop())
}

async fn one(store: &Store, sql: Statement) -> Result<Option<ApplicationRecord>, PortError> {
    Ok(records(&store.rows(sql).await?)?.pop())
}

fn records(rows: &[AnyRow]) -> Result<Vec<ApplicationRecord>, PortError> {
    let mut applications: Vec<ApplicationRecord> = Vec::new();
    for row in rows {
        let id: ApplicationId = row.value("application_id")?;
        if applications.last().is_none_or(|last| last.id != id) {
            applications.push(record(row)?);
        }
        let (Some(application), Some(account)) =
            (applications.last_mut(), row.maybe("account_id")?)
        else {
            continue;
        };
        if let ApplicationAccess::Accounts(accounts) = &mut application.access {
            accounts.push(account);
            let name = row.stored_text("account_name")?;
            application.account_names.push(name);
        }
    }
    Ok(applications)
}

/// An application whose accounts are not read yet.
pub fn record(row: &AnyRow) -> Result<ApplicationRecord, PortError> {
    Ok(ApplicationRecord {
        id: row.value("application_id")?,
        name: row.stored_text("application_name")?,
        origin: row.stored_text("origin")?,
        access: if row.flag("everyone")? {
            ApplicationAccess::Everyone
        } else {
            ApplicationAccess::Accounts(Vec::new())
        },
        account_names: Vec::new(),
        mfa: row.value("mfa")?,
        user_header: row.value("user_header")?,
        added_at: row.at("added_at")?,
    })
}
