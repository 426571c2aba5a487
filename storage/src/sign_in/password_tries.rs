//! Password attempts, counted before they are judged: by account name, by known browser, by address.
//! The rules are in `domain::{sign_in_delay, address_limit, known_browser, network_budget}`.

use domain::{
    blind_index::BlindIndex,
    events::{Action, Event, MethodKind, Outcome},
    ids::SessionId,
    network::client_address::CountedAddress,
    people::email::Email,
    ports::{Counted, Events, PasswordTry, PortError, Receipt},
    session::{
        address_limit::WINDOW,
        known_browser::KNOWN,
        sign_in_delay::{MEMORY, PasswordAttempts, delay_after},
    },
    time::Timestamp,
    token::TokenHash,
};
use sqlx::{any::AnyRow, query};

use crate::{
    Store,
    engine::{
        connect::Sql,
        error::port,
        rows::Values,
        transaction::{EventNote, WriteTransaction, scope::Attempt},
    },
    sign_in::{
        admission::{self, Limits},
        attempts::{SHORTLY, TRIES},
    },
};

/// The attempts of a browser that is known to the user of an email address.
pub const OF_BROWSER: &str = "
    SELECT b.user_id, b.failures, b.allowed_at FROM known_browsers b JOIN users u ON u.id = b.user_id
    WHERE b.token_hash = $1 AND u.email = $2 AND b.seen_at > $3";
/// The attempts within a complete session.
pub const OF_SESSION: &str = "
    SELECT user_id, password_failures AS failures, password_allowed_at AS allowed_at FROM sessions WHERE id = $1";
/// The refused sign-in of an address that must have left the window.
pub const OLDEST: &str = "
    SELECT refused_at FROM refused_sign_ins WHERE address = $1 ORDER BY refused_at DESC LIMIT 1 OFFSET $2";

/// The result of trying to count; `None` if other requests changed the rows in the meantime.
type Try = Option<(Counted, Option<Attempt>)>;

/// Counts one attempt in one transaction; a refused attempt is not counted.
pub async fn count(
    store: &Store,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Counted, PortError> {
    let event = tried(store, Outcome::Failed);
    let event = match &attempt.email {
        Some((_, index)) => event.for_email(*index),
        None => event,
    };
    for _ in 0..TRIES {
        let mut write = store.write().await?;
        match count_once(&mut write, attempt, &event, now).await? {
            Some((counted, Some(attempt))) => {
                write.commit_attempt(attempt).await?;
                return Ok(counted);
            }
            Some((refused, None)) => {
                write.undo(()).await?;
                note_refusal(store).await?;
                return Ok(refused);
            }
            None => write.undo(()).await?,
        }
    }
    Ok(Counted::Refused {
        until: now.plus(SHORTLY),
    })
}

/// Records that a limit refused an attempt. Omits the email address, because a new one in each attempt would create a row each time.
pub async fn note_refusal(store: &Store) -> Result<(), PortError> {
    store.note(tried(store, Outcome::Limited)).await
}

/// Counts a refusal in memory, without a write, because the address is recorded already.
pub fn merge_refusal(store: &Store) {
    let event = tried(store, Outcome::Limited);
    let mut budget = store.scope.strangers.budget();
    budget.merge(event.action, event.outcome);
}

fn tried(store: &Store, outcome: Outcome) -> Event {
    Event::new(store.scope.trying(Action::SignIn), outcome).with(MethodKind::Password)
}

async fn count_once(
    write: &mut WriteTransaction,
    attempt: &PasswordTry,
    event: &Event,
    now: Timestamp,
) -> Result<Try, PortError> {
    if let Some(session) = &attempt.session {
        let row = write.row(query(OF_SESSION).bind(session.as_str())).await?;
        if let Some(before) = row.as_ref().map(password_attempts).transpose()? {
            return count_for_session(write, session, before, event, now).await;
        }
    }
    if let (Some(browser), Some((email, _))) = (attempt.browser, &attempt.email)
        && let Some(before) = of_browser(write, browser, email, now).await?
    {
        return count_for_browser(write, browser, before, event, now).await;
    }
    count_for_stranger(write, attempt, event, now).await
}

/// The attempts of a browser that is known to the user of this address.
async fn of_browser(
    write: &mut WriteTransaction,
    browser: TokenHash,
    email: &Email,
    now: Timestamp,
) -> Result<Option<PasswordAttempts>, PortError> {
    let sql = query(OF_BROWSER)
        .bind(browser.as_bytes().as_slice())
        .bind(email.as_str())
        .bind(now.minus(KNOWN).millis());
    let row = write.row(sql).await?;
    row.as_ref().map(password_attempts).transpose()
}

async fn count_for_browser(
    write: &mut WriteTransaction,
    browser: TokenHash,
    before: PasswordAttempts,
    event: &Event,
    now: Timestamp,
) -> Result<Try, PortError> {
    let after = match before.count(now) {
        Ok(after) => after,
        Err(until) => return Ok(Some(refused(until))),
    };
    let sql = "UPDATE known_browsers SET failures = $2, allowed_at = $3
               WHERE token_hash = $1 AND failures = $4 AND allowed_at = $5";
    let sql = bind_attempts(query(sql).bind(browser.as_bytes().as_slice()), after);
    let count = bind_attempts(sql, before);
    count_by(write, count, Receipt::Browser(browser), event).await
}

async fn count_for_session(
    write: &mut WriteTransaction,
    session: &SessionId,
    before: PasswordAttempts,
    event: &Event,
    now: Timestamp,
) -> Result<Try, PortError> {
    let after = match before.count(now) {
        Ok(after) => after,
        Err(until) => return Ok(Some(refused(until))),
    };
    let sql = "UPDATE sessions SET password_failures = $2, password_allowed_at = $3
               WHERE id = $1 AND password_failures = $4 AND password_allowed_at = $5";
    let sql = bind_attempts(query(sql).bind(session.as_str()), after);
    let count = bind_attempts(sql, before);
    count_by(write, count, Receipt::Session(session.clone()), event).await
}

/// Counts with one conditional statement, which changes no row if another request was faster.
async fn count_by(
    write: &mut WriteTransaction,
    count: Sql,
    receipt: Receipt,
    event: &Event,
) -> Result<Try, PortError> {
    let (ran, counted) = write.run_as_attempt(vec![count], event).await?;
    Ok((ran[0].changed == 1).then_some((Counted::Counted(receipt), Some(counted))))
}

const fn refused(until: Timestamp) -> (Counted, Option<Attempt>) {
    (Counted::Refused { until }, None)
}

/// Counts for the address, and for the account name, whether or not it exists.
async fn count_for_stranger(
    write: &mut WriteTransaction,
    attempt: &PasswordTry,
    event: &Event,
    now: Timestamp,
) -> Result<Try, PortError> {
    let email = attempt.email.as_ref().map(|(_, index)| *index);
    let mut look = vec![past_window(now), admission::looking(attempt, now)];
    if email.is_some() {
        look.insert(1, forgotten(now));
    }
    let looked = write.run_all(look).await?;
    let found = looked.last().and_then(|looked| looked.rows.first());
    let found = found.ok_or_else(|| port(sqlx::Error::RowNotFound))?;
    let take = take_number(&attempt.address, attempt.address_limit, now);
    let (statements, to_change) = match (admission::limits(found, now)?, email) {
        (Limits::Refused { until, .. }, _) => return Ok(Some(refused(until))),
        (_, None) => (vec![take], 0),
        (Limits::Open { before, after }, Some(email)) => {
            let mut count = vec![take, replace(email, before, after)];
            // The network's own attempt matters only while a delay is in force.
            if !delay_after(after.failures).is_zero() {
                count.push(admission::noting(email, &attempt.network, now));
            }
            (count, 1)
        }
        (Limits::Spare, Some(email)) => {
            let [hold, spend] = admission::spending(email, &attempt.network, now);
            (vec![take, hold, spend], 2)
        }
    };
    let (taken, counted) = write.run_as_strangers_attempt(statements, event).await?;
    let number = taken[0].rows.first();
    let all_changed = taken
        .iter()
        .skip(1)
        .take(to_change)
        .all(|ran| ran.changed == 1);
    let (Some(number), true) = (number, all_changed) else {
        write.give_back(&counted);
        return Ok(None);
    };
    let receipt = Receipt::Stranger {
        email,
        address: attempt.address.clone(),
        network: attempt.network.clone(),
        number: number.number("number")?,
    };
    Ok(Some((Counted::Counted(receipt), Some(counted))))
}

pub fn past_window(now: Timestamp) -> Sql {
    query("DELETE FROM refused_sign_ins WHERE refused_at <= $1").bind(now.minus(WINDOW).millis())
}

/// Deletes old rows, because any client can create rows by entering invented addresses.
fn forgotten(now: Timestamp) -> Sql {
    query("DELETE FROM password_attempts WHERE allowed_at <= $1").bind(now.minus(MEMORY).millis())
}

pub fn oldest(address: &CountedAddress, limit: u32) -> Sql {
    query(OLDEST)
        .bind(address.as_str().to_owned())
        .bind(i64::from(limit) - 1)
}

/// Takes the next number of the address; two requests can't take the same one. Checks the limit
/// again in the same statement, because other requests may have used it up since the first check.
pub fn take_number(address: &CountedAddress, limit: u32, now: Timestamp) -> Sql {
    let take = "INSERT INTO refused_sign_ins (address, number, refused_at)
                SELECT $1, COALESCE(MAX(number), 0) + 1, $2 FROM refused_sign_ins WHERE address = $1
                HAVING COUNT(CASE WHEN refused_at > $3 THEN 1 END) < $4
                ON CONFLICT (address, number) DO NOTHING RETURNING number";
    query(take)
        .bind(address.as_str().to_owned())
        .bind(now.millis())
        .bind(now.minus(WINDOW).millis())
        .bind(i64::from(limit))
}

/// Removes the counts of a correct password, before its action is performed.
pub async fn was_right(store: &Store, receipt: &Receipt) -> Result<(), PortError> {
    let mut write = store.write().await?;
    write.run_all(forgetting(receipt)).await?;
    // The action that the password was given for is the event.
    write.commit(EventNote::Nothing).await?;
    forget_address(store, receipt);
    Ok(())
}

/// Forgets in memory that an address exceeded its limit, because one of its attempts was given back.
pub fn forget_address(store: &Store, receipt: &Receipt) {
    if let Receipt::Stranger { address, .. } = receipt {
        store.scope.strangers.forget(address);
    }
}

/// The statements that remove the counts of a correct password.
pub fn forgetting(receipt: &Receipt) -> Vec<Sql> {
    match receipt {
        Receipt::Session(session) => {
            let forget =
                "UPDATE sessions SET password_failures = 0, password_allowed_at = 0 WHERE id = $1";
            vec![query(forget).bind(session.as_str().to_owned())]
        }
        Receipt::Browser(browser) => {
            let forget =
                "UPDATE known_browsers SET failures = 0, allowed_at = 0 WHERE token_hash = $1";
            vec![query(forget).bind(browser.as_bytes().as_slice())]
        }
        Receipt::Stranger {
            email,
            address,
            network,
            number,
        } => {
            let of_name = |email| [forget(email), admission::clearing(email, network)];
            let of_name = email.map(of_name).into_iter().flatten();
            [take_back(address, *number)]
                .into_iter()
                .chain(of_name)
                .collect()
        }
    }
}

fn take_back(address: &CountedAddress, number: i64) -> Sql {
    query("DELETE FROM refused_sign_ins WHERE address = $1 AND number = $2")
        .bind(address.as_str().to_owned())
        .bind(number)
}

/// The attempts for an account name.
pub async fn of_name(store: &Store, email: BlindIndex) -> Result<PasswordAttempts, PortError> {
    let row = store.row(password_row(email)).await?;
    row.map_or(Ok(PasswordAttempts::default()), |row| {
        password_attempts(&row)
    })
}

/// Deletes the attempts for an account name.
pub fn forget(email: BlindIndex) -> Sql {
    query("DELETE FROM password_attempts WHERE email_index = $1").bind(email.as_bytes().as_slice())
}

fn password_row(email: BlindIndex) -> Sql {
    query("SELECT failures, allowed_at FROM password_attempts WHERE email_index = $1")
        .bind(email.as_bytes().as_slice())
}

fn password_attempts(row: &AnyRow) -> Result<PasswordAttempts, PortError> {
    Ok(PasswordAttempts {
        failures: row.count("failures")?,
        allowed_at: row.at("allowed_at")?,
    })
}

/// Changes a row only if it is unchanged since it was read.
fn replace(email: BlindIndex, before: Option<PasswordAttempts>, after: PasswordAttempts) -> Sql {
    let sql = match before {
        None => {
            "INSERT INTO password_attempts (email_index, failures, allowed_at) VALUES ($1, $2, $3) ON CONFLICT (email_index) DO NOTHING"
        }
        Some(_) => {
            "UPDATE password_attempts SET failures = $2, allowed_at = $3 WHERE email_index = $1 AND failures = $4 AND allowed_at = $5"
        }
    };
    let sql = bind_attempts(query(sql).bind(email.as_bytes().as_slice()), after);
    match before {
        None => sql,
        Some(before) => bind_attempts(sql, before),
    }
}

fn bind_attempts(sql: Sql, attempts: PasswordAttempts) -> Sql {
    sql.bind(i64::from(attempts.failures))
        .bind(attempts.allowed_at.millis())
}
