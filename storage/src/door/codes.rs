//! Codes that open an application, each once, in the browser that they were drawn for.

use domain::{
    door::CODE_LIFETIME,
    events::{Action, Event},
    ids::{AccountId, ApplicationId, SessionId, UserId},
    people::names::ApplicationName,
    ports::{CodeDraw, CodeTake, NewApplicationCode, PortError, TakenApplicationCode},
};
use sqlx::{AssertSqlSafe, any::AnyRow};

use crate::{
    Store,
    door::sessions,
    engine::{
        batch::Batch,
        dialect::Engine,
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
};

/// Codes that a session may have for one application. More are drawn only by a browser that leaves
/// them.
const MOST: i64 = 10;

const USER: &str = "
    SELECT user_id
    FROM sessions
    WHERE id = $1";

/// `{lock}` keeps the row.
const MEMBERSHIP: &str = "
    SELECT role
    FROM memberships
    WHERE user_id = $1 AND account_id = $2
    {lock}";

/// `{lock}` keeps the row.
const APPLICATION: &str = "
    SELECT id
    FROM applications
    WHERE id = $1
    {lock}";

const INSERT: &str = "
    INSERT INTO application_codes (
        code_hash, application_id, session_id, user_id, account_id, nonce_hash, target, made_at
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Keeps the code `$3`, which is new, whatever the clock said before.
const DELETE_SURPLUS: &str = "
    DELETE FROM application_codes
    WHERE code_hash IN (
        SELECT code_hash
        FROM application_codes
        WHERE session_id = $1 AND application_id = $2 AND code_hash <> $3
        ORDER BY made_at DESC, code_hash
        LIMIT 1000000 OFFSET $4
    )";

/// `$4` is the moment after which a valid code was drawn.
const FIND: &str = "
    SELECT c.application_id, c.session_id, c.user_id, c.account_id, d.name
    FROM application_codes c
    JOIN applications d ON d.id = c.application_id
    WHERE c.code_hash = $1 AND c.nonce_hash = $2 AND d.origin = $3 AND c.made_at > $4";

/// Like [`FIND`]. Only the call that deletes the row gets it.
const TAKE: &str = "
    DELETE FROM application_codes
    WHERE code_hash = $1 AND nonce_hash = $2 AND made_at > $4
        AND application_id = (SELECT d.id FROM applications d WHERE d.origin = $3)
    RETURNING target";

/// Who enters which application.
pub struct Entry {
    pub application: ApplicationId,
    pub session: SessionId,
    pub user: UserId,
    /// The account for which they enter.
    pub account: Option<AccountId>,
}

pub async fn draw(store: &Store, code: &NewApplicationCode) -> Result<CodeDraw, PortError> {
    let user = query(USER).bind(code.session.as_str());
    let Some(row) = store.row(user).await? else {
        return Ok(CodeDraw::Gone);
    };
    let entry = Entry {
        application: code.application.clone(),
        session: code.session.clone(),
        user: row.value("user_id")?,
        account: code.account.clone(),
    };
    let mut write = store.write().await?;
    if !lock(&mut write, store.engine(), &entry).await? {
        write.rollback().await?;
        return Ok(CodeDraw::Gone);
    }
    let mut batch = Batch::default();
    batch.add(insert_statement(code, &entry));
    batch.add(delete_surplus_statement(code));
    write.run_batch(batch).await?;
    // The entry is recorded once the code is taken.
    write.commit(EventNote::Nothing).await?;
    Ok(CodeDraw::Drawn)
}

/// A refused code is found by a read alone, so that strangers cause no write.
pub async fn take(store: &Store, code: &TakenApplicationCode) -> Result<CodeTake, PortError> {
    let Some(row) = store.row(bind_code(FIND, code)).await? else {
        return Ok(CodeTake::Refused);
    };
    let entry = read(&row)?;
    let name: ApplicationName = row.stored_text("name")?;
    let mut write = store.write().await?;
    if !lock(&mut write, store.engine(), &entry).await? {
        write.rollback().await?;
        return Ok(CodeTake::Refused);
    }
    let Some(taken) = write.row(bind_code(TAKE, code)).await? else {
        write.rollback().await?;
        return Ok(CodeTake::Refused);
    };
    write
        .run_batch(sessions::open_batch(&entry, code.token, code.at))
        .await?;
    let mut event = Event::done(Action::ApplicationOpen).of(&entry.user);
    if let Some(account) = &entry.account {
        event = event.at(account);
    }
    write
        .commit(event.by_subject().saying(name.as_str()))
        .await?;
    Ok(CodeTake::Opened {
        target: taken.stored_text("target")?,
    })
}

/// Locks what a code or a session of this entry refers to. False if any of it is gone or the user
/// is disabled.
async fn lock(
    write: &mut WriteTransaction,
    engine: Engine,
    entry: &Entry,
) -> Result<bool, PortError> {
    if !locks::admitted(write, &entry.user).await?
        || !locks::session(write, &entry.session, &entry.user).await?
    {
        return Ok(false);
    }
    let kept = |template: &str| AssertSqlSafe(template.replace("{lock}", engine.keep_referenced()));
    if let Some(account) = &entry.account {
        let membership = query(kept(MEMBERSHIP))
            .bind(entry.user.as_str())
            .bind(account.as_str());
        if write.row(membership).await?.is_none() {
            return Ok(false);
        }
    }
    let application = query(kept(APPLICATION)).bind(entry.application.as_str());
    Ok(write.row(application).await?.is_some())
}

fn insert_statement(code: &NewApplicationCode, entry: &Entry) -> Statement {
    query(INSERT)
        .bind(code.code.as_bytes().as_slice())
        .bind(entry.application.as_str())
        .bind(entry.session.as_str())
        .bind(entry.user.as_str())
        .bind(entry.account.as_ref().map(AccountId::as_str))
        .bind(code.nonce.as_bytes().as_slice())
        .bind(code.target.as_str())
        .bind(code.at.millis())
}

fn delete_surplus_statement(code: &NewApplicationCode) -> Statement {
    query(DELETE_SURPLUS)
        .bind(code.session.as_str())
        .bind(code.application.as_str())
        .bind(code.code.as_bytes().as_slice())
        .bind(MOST - 1)
}

/// Binds `$1` code, `$2` nonce, `$3` origin, `$4` the moment after which the code was drawn.
fn bind_code(sql: &'static str, code: &TakenApplicationCode) -> Statement {
    query(sql)
        .bind(code.code.as_bytes().as_slice())
        .bind(code.nonce.as_bytes().as_slice())
        .bind(code.origin.as_str())
        .bind(code.at.minus(CODE_LIFETIME).millis())
}

fn read(row: &AnyRow) -> Result<Entry, PortError> {
    Ok(Entry {
        application: row.value("application_id")?,
        session: row.value("session_id")?,
        user: row.value("user_id")?,
        account: row.maybe("account_id")?,
    })
}
