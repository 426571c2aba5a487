//! Password attempts, counted before they are judged: by account name, by known browser, by
//! address.
//! The rules are in `domain::{sign_in_delay, address_limit, known_browser, network_budget}`.

use domain::{
    blind_index::BlindIndex,
    events::{Action, Event, MethodKind, Outcome},
    ids::SessionId,
    network::client_address::CountedAddress,
    people::email::Email,
    ports::{Events, PasswordCount, PasswordTry, PortError, Receipt},
    session::{
        address_limit::WINDOW,
        known_browser::KNOWN,
        sign_in_delay::{MEMORY, PasswordAttempts, delay_after},
    },
    time::Timestamp,
    token::TokenHash,
};
use sqlx::any::AnyRow;

use crate::{
    Store,
    engine::{
        batch::Batch,
        rows::Values,
        statement::{Statement, query},
        transaction::{
            WriteTransaction,
            attempt_log::{Attempt, AttemptLog},
        },
    },
    sign_in::{
        admission::{self, AdmissionLimits},
        attempts::{SHORTLY, TRIES},
    },
};

/// The attempts of a browser that is known to the user of an email address.
pub const OF_BROWSER: &str = "
    SELECT b.user_id, b.failures, b.allowed_at
    FROM known_browsers b
    JOIN users u ON u.id = b.user_id
    WHERE b.token_hash = $1 AND u.email = $2 AND b.seen_at > $3";

/// The attempts within a complete session.
pub const OF_SESSION: &str = "
    SELECT user_id, password_failures AS failures, password_allowed_at AS allowed_at
    FROM sessions
    WHERE id = $1";

/// The refused sign-in of an address that must have left the window.
pub const OLDEST: &str = "
    SELECT refused_at
    FROM refused_sign_ins
    WHERE address = $1
    ORDER BY refused_at DESC
    LIMIT 1 OFFSET $2";

const OF_NAME: &str = "
    SELECT failures, allowed_at
    FROM password_attempts
    WHERE email_index = $1";

const COUNT_IN_BROWSER: &str = "
    UPDATE known_browsers
    SET failures = $2, allowed_at = $3
    WHERE token_hash = $1 AND failures = $4 AND allowed_at = $5";

const COUNT_IN_SESSION: &str = "
    UPDATE sessions
    SET password_failures = $2, password_allowed_at = $3
    WHERE id = $1 AND password_failures = $4 AND password_allowed_at = $5";

const COUNT_FIRST_FOR_NAME: &str = "
    INSERT INTO password_attempts (email_index, failures, allowed_at)
    VALUES ($1, $2, $3)
    ON CONFLICT (email_index) DO NOTHING";

const COUNT_FOR_NAME: &str = "
    UPDATE password_attempts
    SET failures = $2, allowed_at = $3
    WHERE email_index = $1 AND failures = $4 AND allowed_at = $5";

/// Takes the next number of an address; two requests can't take the same one. Checks the limit
/// again, because other requests may have used it up since the first check.
const TAKE_NUMBER: &str = "
    INSERT INTO refused_sign_ins (address, number, refused_at)
    SELECT $1, COALESCE(MAX(number), 0) + 1, $2
    FROM refused_sign_ins
    WHERE address = $1
    HAVING COUNT(CASE WHEN refused_at > $3 THEN 1 END) < $4
    ON CONFLICT (address, number) DO NOTHING
    RETURNING number";

const DELETE_PAST_WINDOW: &str = "
    DELETE FROM refused_sign_ins
    WHERE refused_at <= $1";

/// Deletes old rows, because any client can create rows by entering invented addresses.
const DELETE_OLD_NAMES: &str = "
    DELETE FROM password_attempts
    WHERE allowed_at <= $1";

/// The result of trying to count once.
enum Count {
    /// Counted in the open transaction.
    Counted(Receipt, Attempt),
    /// A limit refuses the attempt.
    Refused { until: Timestamp },
    /// Other requests changed the rows in the meantime.
    Outrun,
}

/// Counts one attempt in one transaction; a refused attempt is not counted.
pub async fn count(
    store: &Store,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<PasswordCount, PortError> {
    let event = attempt_event(store, Outcome::Failed);
    let event = match &attempt.email {
        Some((_, index)) => event.for_email(*index),
        None => event,
    };
    let log = &store.scope.attempts;
    for _ in 0..TRIES {
        let mut write = store.write().await?;
        match count_once(&mut write, log, attempt, &event, now).await? {
            Count::Counted(receipt, counted) => {
                log.commit_attempt(write, counted).await?;
                return Ok(PasswordCount::Counted(receipt));
            }
            Count::Refused { until } => {
                write.rollback().await?;
                note_refusal(store).await?;
                return Ok(PasswordCount::Refused { until });
            }
            Count::Outrun => write.rollback().await?,
        }
    }
    Ok(PasswordCount::Refused {
        until: now.plus(SHORTLY),
    })
}

/// Records that a limit refused an attempt. Omits the email address, because a new one in each
/// attempt would create a row each time.
pub async fn note_refusal(store: &Store) -> Result<(), PortError> {
    store.note(attempt_event(store, Outcome::Limited)).await
}

/// Counts a refusal in memory, without a write, because the address is recorded already.
pub fn merge_refusal(store: &Store) {
    let event = attempt_event(store, Outcome::Limited);
    let mut budget = store.scope.strangers.budget();
    budget.merge(event.action, event.outcome);
}

fn attempt_event(store: &Store, outcome: Outcome) -> Event {
    Event::new(store.scope.trying(Action::SignIn), outcome).with(MethodKind::Password)
}

async fn count_once(
    write: &mut WriteTransaction,
    log: &AttemptLog,
    attempt: &PasswordTry,
    event: &Event,
    now: Timestamp,
) -> Result<Count, PortError> {
    if let Some(session) = &attempt.session
        && let Some(before) = of_session(write, session).await?
    {
        let count = query(COUNT_IN_SESSION).bind(session.as_str());
        let receipt = Receipt::Session(session.clone());
        return match before.count(now) {
            Ok(after) => {
                count_by(write, log, replacing(count, before, after), receipt, event).await
            }
            Err(until) => Ok(Count::Refused { until }),
        };
    }
    if let (Some(browser), Some((email, _))) = (attempt.browser, &attempt.email)
        && let Some(before) = of_browser(write, browser, email, now).await?
    {
        let count = query(COUNT_IN_BROWSER).bind(browser.as_bytes().as_slice());
        let receipt = Receipt::Browser(browser);
        return match before.count(now) {
            Ok(after) => {
                count_by(write, log, replacing(count, before, after), receipt, event).await
            }
            Err(until) => Ok(Count::Refused { until }),
        };
    }
    count_for_stranger(write, log, attempt, event, now).await
}

async fn of_session(
    write: &mut WriteTransaction,
    session: &SessionId,
) -> Result<Option<PasswordAttempts>, PortError> {
    let row = write.row(query(OF_SESSION).bind(session.as_str())).await?;
    row.as_ref().map(password_attempts).transpose()
}

async fn of_browser(
    write: &mut WriteTransaction,
    browser: TokenHash,
    email: &Email,
    now: Timestamp,
) -> Result<Option<PasswordAttempts>, PortError> {
    let select = query(OF_BROWSER)
        .bind(browser.as_bytes().as_slice())
        .bind(email.as_str())
        .bind(now.minus(KNOWN).millis());
    let row = write.row(select).await?;
    row.as_ref().map(password_attempts).transpose()
}

/// Counts with one conditional statement, which changes no row if another request was faster.
async fn count_by(
    write: &mut WriteTransaction,
    log: &AttemptLog,
    count: Statement,
    receipt: Receipt,
    event: &Event,
) -> Result<Count, PortError> {
    let mut batch = Batch::default();
    let count = batch.add(count);
    let (results, counted) = log.run_attempt(write, batch, event).await?;
    Ok(if results[count].changed == 1 {
        Count::Counted(receipt, counted)
    } else {
        Count::Outrun
    })
}

/// Counts for the address, and for the account name, whether or not it exists.
async fn count_for_stranger(
    write: &mut WriteTransaction,
    log: &AttemptLog,
    attempt: &PasswordTry,
    event: &Event,
    now: Timestamp,
) -> Result<Count, PortError> {
    let email = attempt.email.as_ref().map(|(_, index)| *index);
    let mut look = Batch::default();
    look.add(delete_past_window_statement(now));
    if email.is_some() {
        let old = now.minus(MEMORY).millis();
        look.add(query(DELETE_OLD_NAMES).bind(old));
    }
    let limits = look.add(admission::limits_statement(attempt, now));
    let results = write.run_batch(look).await?;
    let limits = admission::limits(results[limits].first_row()?, now)?;

    let mut batch = Batch::default();
    let take = take_number_statement(&attempt.address, attempt.address_limit, now);
    let take = batch.add(take);
    // Statements that must change one row each, besides the number.
    let mut must_change = Vec::new();
    match (limits, email) {
        (AdmissionLimits::Refused { until, .. }, _) => return Ok(Count::Refused { until }),
        (_, None) => {}
        (AdmissionLimits::Open { before, after }, Some(email)) => {
            must_change.push(batch.add(count_for_name_statement(email, before, after)));
            // The network's own attempt matters only while a delay is in force.
            if !delay_after(after.failures).is_zero() {
                let note = admission::note_failure_statement(email, &attempt.network, now);
                batch.add(note);
            }
        }
        (AdmissionLimits::Spare, Some(email)) => {
            must_change.push(batch.add(admission::lock_name_statement(email)));
            let spend = admission::spend_spare_statement(email, &attempt.network, now);
            must_change.push(batch.add(spend));
        }
    }
    let (results, counted) = log.run_stranger_attempt(write, batch, event).await?;
    let number = results[take].rows.first();
    let all_changed = must_change
        .into_iter()
        .all(|statement| results[statement].changed == 1);
    let (Some(number), true) = (number, all_changed) else {
        log.release_row(counted);
        return Ok(Count::Outrun);
    };
    let receipt = Receipt::Stranger {
        email,
        address: attempt.address.clone(),
        network: attempt.network.clone(),
        number: number.number("number")?,
    };
    Ok(Count::Counted(receipt, counted))
}

pub fn delete_past_window_statement(now: Timestamp) -> Statement {
    query(DELETE_PAST_WINDOW).bind(now.minus(WINDOW).millis())
}

pub fn oldest_statement(address: &CountedAddress, limit: u32) -> Statement {
    query(OLDEST)
        .bind(address.as_str())
        .bind(i64::from(limit) - 1)
}

/// Takes the next number of the address within its limit.
pub fn take_number_statement(address: &CountedAddress, limit: u32, now: Timestamp) -> Statement {
    query(TAKE_NUMBER)
        .bind(address.as_str())
        .bind(now.millis())
        .bind(now.minus(WINDOW).millis())
        .bind(i64::from(limit))
}

/// The attempts for an account name.
pub async fn of_name(store: &Store, email: BlindIndex) -> Result<PasswordAttempts, PortError> {
    let select = query(OF_NAME).bind(email.as_bytes().as_slice());
    let row = store.row(select).await?;
    let attempts = row.as_ref().map(password_attempts).transpose()?;
    Ok(attempts.unwrap_or_default())
}

fn password_attempts(row: &AnyRow) -> Result<PasswordAttempts, PortError> {
    Ok(PasswordAttempts {
        failures: row.count("failures")?,
        allowed_at: row.at("allowed_at")?,
    })
}

/// Counts for a name, only if its row is unchanged since it was read.
fn count_for_name_statement(
    email: BlindIndex,
    before: Option<PasswordAttempts>,
    after: PasswordAttempts,
) -> Statement {
    let email = email.as_bytes().as_slice();
    match before {
        None => bind_attempts(query(COUNT_FIRST_FOR_NAME).bind(email), after),
        Some(before) => replacing(query(COUNT_FOR_NAME).bind(email), before, after),
    }
}

/// Binds `$2` to `$5`: the new attempts, and those that the row must still have.
fn replacing(sql: Statement, before: PasswordAttempts, after: PasswordAttempts) -> Statement {
    bind_attempts(bind_attempts(sql, after), before)
}

fn bind_attempts(sql: Statement, attempts: PasswordAttempts) -> Statement {
    sql.bind(i64::from(attempts.failures))
        .bind(attempts.allowed_at.millis())
}
