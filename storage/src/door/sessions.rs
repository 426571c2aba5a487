//! The sessions of people in applications, looked up by the hash of their token.

use domain::{
    door::{ApplicationAccess, ApplicationOrigin},
    events::{Action, Event},
    ids::AccountId,
    people::names::ApplicationName,
    ports::{ApplicationSessionEnd, ApplicationSessionRecord, PortError},
    time::Timestamp,
    token::TokenHash,
};

use crate::{
    Store,
    door::{codes::Entry, records},
    engine::{
        batch::Batch,
        rows::Values,
        statement::{Statement, query},
    },
    sign_in,
};

/// Sessions that one session of a person may have in one application. A browser has one cookie, so
/// more are left by requests at the same time, or by a browser that drops its cookie.
const MOST: i64 = 10;

/// The columns of `sign_in::sessions::FIND`, the application, and for each membership whether the
/// application lists its account.
pub const FIND: &str = "
    SELECT s.id, s.user_id, s.account_id AS chosen, s.opened_at, s.seen_at, s.password_at,
        s.second_factor_at, s.codes_since, s.codes_for, s.recovered_at, s.refused_step,
        s.refused_offset, u.name, u.email,
        CASE WHEN EXISTS (SELECT 1 FROM mfa_methods m WHERE m.user_id = u.id)
            THEN 1 ELSE 0 END AS has_mfa,
        p.account_id, p.role, a.require_mfa, a.name AS account_name,
        x.account_id AS entered_for, l.account_id AS listed,
        d.id AS application_id, d.name AS application_name, d.origin, d.everyone, d.mfa,
        d.user_header, d.added_at
    FROM application_sessions x
    JOIN applications d ON d.id = x.application_id
    JOIN sessions s ON s.id = x.session_id
    JOIN users u ON u.id = s.user_id
    LEFT JOIN memberships p ON p.user_id = u.id
    LEFT JOIN accounts a ON a.id = p.account_id
    LEFT JOIN application_accounts l
        ON l.application_id = x.application_id AND l.account_id = p.account_id
    WHERE x.token_hash = $1 AND d.origin = $2 AND u.disabled = 0
    ORDER BY a.name_folded";

const INSERT: &str = "
    INSERT INTO application_sessions (
        token_hash, application_id, session_id, user_id, account_id, opened_at
    )
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Keeps the session `$3`, which is new, whatever the clock said before.
const DELETE_SURPLUS: &str = "
    DELETE FROM application_sessions
    WHERE token_hash IN (
        SELECT token_hash
        FROM application_sessions
        WHERE session_id = $1 AND application_id = $2 AND token_hash <> $3
        ORDER BY opened_at DESC, token_hash
        LIMIT 1000000 OFFSET $4
    )";

/// The name of the application in which this session is.
const NAME: &str = "
    SELECT d.name
    FROM application_sessions x
    JOIN applications d ON d.id = x.application_id
    WHERE x.token_hash = $1 AND d.origin = $2";

const END: &str = "
    DELETE FROM application_sessions
    WHERE token_hash = $1
        AND application_id = (SELECT d.id FROM applications d WHERE d.origin = $2)
    RETURNING user_id, account_id";

/// The record's `access` lists only accounts that the person belongs to, which is all that the
/// admission of this session reads. It has no account names.
pub async fn find(
    store: &Store,
    token: TokenHash,
    origin: &ApplicationOrigin,
) -> Result<Option<ApplicationSessionRecord>, PortError> {
    let rows = store.rows(bind_token(FIND, token, origin)).await?;
    let (Some(row), Some(session)) = (rows.first(), sign_in::sessions::read(&rows)?) else {
        return Ok(None);
    };
    let mut application = records::record(row)?;
    if let ApplicationAccess::Accounts(accounts) = &mut application.access {
        for row in &rows {
            accounts.extend(row.maybe("listed")?);
        }
    }
    Ok(Some(ApplicationSessionRecord {
        application,
        account: row.maybe("entered_for")?,
        session,
    }))
}

/// A token that is unknown is found by a read alone, so that strangers cause no write.
pub async fn end(
    store: &Store,
    token: TokenHash,
    origin: &ApplicationOrigin,
) -> Result<ApplicationSessionEnd, PortError> {
    let Some(row) = store.row(bind_token(NAME, token, origin)).await? else {
        return Ok(ApplicationSessionEnd::NoSession);
    };
    let name: ApplicationName = row.stored_text("name")?;
    let mut write = store.write().await?;
    let Some(ended) = write.row(bind_token(END, token, origin)).await? else {
        write.rollback().await?;
        return Ok(ApplicationSessionEnd::NoSession);
    };
    let mut event = Event::done(Action::ApplicationSignOut).of(&ended.value("user_id")?);
    if let Some(account) = ended.maybe("account_id")? {
        event = event.at(&account);
    }
    write
        .commit(event.by_subject().saying(name.as_str()))
        .await?;
    Ok(ApplicationSessionEnd::Ended)
}

/// Opens a session. The caller holds what it refers to.
pub fn open_batch(entry: &Entry, token: TokenHash, at: Timestamp) -> Batch {
    let insert = query(INSERT)
        .bind(token.as_bytes().as_slice())
        .bind(entry.application.as_str())
        .bind(entry.session.as_str())
        .bind(entry.user.as_str())
        .bind(entry.account.as_ref().map(AccountId::as_str))
        .bind(at.millis());
    let delete_surplus = query(DELETE_SURPLUS)
        .bind(entry.session.as_str())
        .bind(entry.application.as_str())
        .bind(token.as_bytes().as_slice())
        .bind(MOST - 1);
    [insert, delete_surplus].into_iter().collect()
}

/// Binds `$1` token, `$2` origin.
fn bind_token(sql: &'static str, token: TokenHash, origin: &ApplicationOrigin) -> Statement {
    query(sql)
        .bind(token.as_bytes().as_slice())
        .bind(origin.as_str())
}
