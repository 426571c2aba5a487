//! Password attempts, counted before they are judged: by account name, by known browser, by address. The rules stand in
//! `domain::{sign_in_delay, address_limit, known_browser}`.

use domain::{
    address_limit::{self, WINDOW},
    client_address::CountedAddress,
    email::Email,
    events::{Action, Event, MethodKind, Outcome},
    known_browser::KNOWN,
    ports::{Counted, Events, PasswordTry, PortError, Receipt},
    sign_in_delay::{MEMORY, PasswordAttempts},
    time::Timestamp,
    token::TokenHash,
    vault::BlindIndex,
};
use sqlx::{any::AnyRow, query};

use crate::{
    Store,
    attempts::{SHORTLY, TRIES},
    connect::Sql,
    rows::Values,
    write::{Noted, Write},
};

/// The attempts of a browser that is known to the user of an email.
pub const OF_BROWSER: &str = "
    SELECT b.failures, b.allowed_at FROM known_browsers b JOIN users u ON u.id = b.user_id
    WHERE b.token_hash = $1 AND u.email = $2 AND b.seen_at > $3";
/// The refused sign-in of an address that must have left the window.
pub const OLDEST: &str = "
    SELECT refused_at FROM refused_sign_ins WHERE address = $1 ORDER BY refused_at DESC LIMIT 1 OFFSET $2";

/// What a try at counting brought: none when other requests changed the rows meanwhile.
type Try = Option<Counted>;

/// Counts one attempt in one transaction; what is refused leaves nothing counted.
pub async fn count(
    store: &Store,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Counted, PortError> {
    for _ in 0..TRIES {
        let mut write = store.write().await?;
        match count_once(&mut write, attempt, now).await? {
            Some(Counted::Counted(receipt)) => {
                let event = tried(store, Outcome::Failed);
                write
                    .commit_attempt(match &attempt.email {
                        Some((_, index)) => event.for_email(*index),
                        None => event,
                    })
                    .await?;
                return Ok(Counted::Counted(receipt));
            }
            Some(refused) => {
                write.undo(()).await?;
                // Without the email: whoever types a new one each time makes no new row each time.
                store.note(tried(store, Outcome::Limited)).await?;
                return Ok(refused);
            }
            None => write.undo(()).await?,
        }
    }
    Ok(Counted::Refused {
        until: now.plus(SHORTLY),
    })
}

fn tried(store: &Store, outcome: Outcome) -> Event {
    Event::new(store.scope.trying(Action::SignIn), outcome).with(MethodKind::Password)
}

async fn count_once(
    write: &mut Write,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Try, PortError> {
    if let (Some(browser), Some((email, _))) = (attempt.browser, &attempt.email)
        && let Some(before) = of_browser(write, browser, email, now).await?
    {
        return count_for_browser(write, browser, before, now).await;
    }
    let number = match count_for_address(write, attempt, now).await? {
        Ok(Some(number)) => number,
        Ok(None) => return Ok(None),
        Err(until) => return Ok(Some(Counted::Refused { until })),
    };
    let email = attempt.email.as_ref().map(|(_, index)| *index);
    if let Some(email) = email {
        match count_for_name(write, email, now).await? {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(until) => return Ok(Some(Counted::Refused { until })),
        }
    }
    Ok(Some(Counted::Counted(Receipt::Stranger {
        email,
        address: attempt.address.clone(),
        number,
    })))
}

/// The attempts of a browser that is known to the user of this address.
async fn of_browser(
    write: &mut Write,
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
    write: &mut Write,
    browser: TokenHash,
    before: PasswordAttempts,
    now: Timestamp,
) -> Result<Try, PortError> {
    let after = match before.count(now) {
        Ok(after) => after,
        Err(until) => return Ok(Some(Counted::Refused { until })),
    };
    let sql = "UPDATE known_browsers SET failures = $2, allowed_at = $3
               WHERE token_hash = $1 AND failures = $4 AND allowed_at = $5";
    let sql = bind_attempts(query(sql).bind(browser.as_bytes().as_slice()), after);
    let counted = write.run(bind_attempts(sql, before)).await? == 1;
    Ok(counted.then_some(Counted::Counted(Receipt::Browser(browser))))
}

/// Takes the next number of the address, which two can't take at once; `Ok(None)` when somebody else just did.
async fn count_for_address(
    write: &mut Write,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Result<Option<i64>, Timestamp>, PortError> {
    let PasswordTry {
        address,
        address_limit,
        ..
    } = attempt;
    let left = query("DELETE FROM refused_sign_ins WHERE refused_at <= $1")
        .bind(now.minus(WINDOW).millis());
    write.run(left).await?;
    let oldest = query(OLDEST)
        .bind(address.as_str().to_owned())
        .bind(i64::from(*address_limit) - 1);
    let oldest = write.row(oldest).await?;
    let oldest = oldest.map(|row| row.at("refused_at")).transpose()?;
    if let Err(until) = address_limit::judge(oldest, now) {
        return Ok(Err(until));
    }
    // Judged once more in the statement that takes: between the two, others may have taken the last ones.
    let take = "INSERT INTO refused_sign_ins (address, number, refused_at)
                SELECT $1, COALESCE(MAX(number), 0) + 1, $2 FROM refused_sign_ins WHERE address = $1
                HAVING COUNT(CASE WHEN refused_at > $3 THEN 1 END) < $4
                ON CONFLICT (address, number) DO NOTHING RETURNING number";
    let take = query(take)
        .bind(address.as_str().to_owned())
        .bind(now.millis())
        .bind(now.minus(WINDOW).millis())
        .bind(i64::from(*address_limit));
    let taken = write.row(take).await?;
    Ok(Ok(taken.map(|row| row.number("number")).transpose()?))
}

/// Counts for an account name, known or not; `Ok(false)` when somebody else changed the row meanwhile.
async fn count_for_name(
    write: &mut Write,
    email: BlindIndex,
    now: Timestamp,
) -> Result<Result<bool, Timestamp>, PortError> {
    // Anybody can make rows by typing addresses: the forgotten ones go here.
    let forgotten = query("DELETE FROM password_attempts WHERE allowed_at <= $1")
        .bind(now.minus(MEMORY).millis());
    write.run(forgotten).await?;
    let row = write.row(password_row(email)).await?;
    let before = row.as_ref().map(password_attempts).transpose()?;
    match before.unwrap_or_default().count(now) {
        Ok(after) => Ok(Ok(write.run(replace(email, before, after)).await? == 1)),
        Err(until) => Ok(Err(until)),
    }
}

/// Forgets what a right password was counted with, before what it was given for is done.
pub async fn was_right(store: &Store, receipt: &Receipt) -> Result<(), PortError> {
    let mut write = store.write().await?;
    forget_counted(&mut write, receipt).await?;
    // What the password was given for is the event.
    write.commit(Noted::Nothing).await
}

/// Forgets what a right password was counted with.
pub async fn forget_counted(write: &mut Write, receipt: &Receipt) -> Result<(), PortError> {
    match receipt {
        Receipt::Browser(browser) => {
            let forget =
                "UPDATE known_browsers SET failures = 0, allowed_at = 0 WHERE token_hash = $1";
            let forget = query(forget).bind(browser.as_bytes().as_slice());
            write.run(forget).await?;
        }
        Receipt::Stranger {
            email,
            address,
            number,
        } => {
            write.run(take_back(address, *number)).await?;
            if let Some(email) = email {
                write.run(forget(*email)).await?;
            }
        }
    }
    Ok(())
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

/// Forgets the attempts for an account name.
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

/// Changes one row only if it still stands as it was read.
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
