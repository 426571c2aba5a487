//! How a session opens after a right password.

use domain::{
    events::Event,
    ports::{NewSession, PortError, Receipt, SessionOpening},
    session::{
        bounds::{SIGN_INS, SignIns, WINDOW},
        facts::ABSOLUTE,
    },
    time::Timestamp,
};

use crate::{
    engine::{
        batch::Batch,
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    sign_in::{
        attempts, guess_budgets, password_receipts, session_bounds,
        sessions::note_sign_in_statement,
    },
};

/// Changes a row if the password is still the user's, and the user is not disabled.
const ADMIT: &str = "
    UPDATE users
    SET disabled = disabled
    WHERE id = $1 AND password_hash = $2 AND disabled = 0";

/// Like [`ADMIT`], and counts the sign-in within its minute: `$3` is now, `$4` the start of the
/// window, and `$5` the maximum.
const ADMIT_AND_COUNT: &str = "
    UPDATE users
    SET opened_count = CASE
            WHEN opened_since > $4 AND opened_since <= $3 THEN opened_count + 1
            ELSE 1
        END,
        opened_since = CASE
            WHEN opened_since > $4 AND opened_since <= $3 THEN opened_since
            ELSE $3
        END
    WHERE id = $1 AND password_hash = $2 AND disabled = 0
        AND (opened_since <= $4 OR opened_since > $3 OR opened_count < $5)";

/// Counts a sign-in within its minute: `$2` is now, `$3` the start of the window, and `$4` the
/// maximum.
const COUNT_IN_BROWSER: &str = "
    UPDATE known_browsers
    SET opened_count = CASE
            WHEN opened_since > $3 AND opened_since <= $2 THEN opened_count + 1
            ELSE 1
        END,
        opened_since = CASE
            WHEN opened_since > $3 AND opened_since <= $2 THEN opened_since
            ELSE $2
        END
    WHERE token_hash = $1
        AND (opened_since <= $3 OR opened_since > $2 OR opened_count < $4)";

const DELETE_EXPIRED: &str = "
    DELETE FROM sessions
    WHERE user_id = $1 AND opened_at <= $2";

const DELETE_REPLACED: &str = "
    DELETE FROM sessions
    WHERE token_hash = $1";

/// Reads `users`. Without the user this statement would fail on the foreign key, instead of
/// [`ADMIT`] deciding.
const INSERT: &str = "
    INSERT INTO sessions (
        id, token_hash, user_id, opened_at, seen_at, password_at, in_known_browser
    )
    SELECT $1, $2, u.id, $4, $4, $4, $5
    FROM users u
    WHERE u.id = $3";

const SIGN_INS_OF_USER: &str = "
    SELECT opened_since, opened_count
    FROM users
    WHERE id = $1 AND password_hash = $2 AND disabled = 0";

const SIGN_INS_OF_BROWSER: &str = "
    SELECT opened_since, opened_count
    FROM known_browsers
    WHERE token_hash = $1";

/// Opens a session with its event, if the password that was verified is still the user's. A
/// password change ends every session, so no session of the old password may open after it. Changes
/// nothing otherwise, or if too many sessions were opened lately.
pub async fn open(
    mut write: WriteTransaction,
    session: &NewSession,
    event: Event,
) -> Result<SessionOpening, PortError> {
    let mut batch = Batch::default();
    let admit = batch.add(admit_statement(session));
    let count = count_in_browser_statement(session).map(|count| batch.add(count));
    batch.add_all(open_statements(session));
    let (results, event) = write.run_batch_with_event(batch, event).await?;
    let is_counted = count.is_none_or(|count| results[count].changed == 1);
    if results[admit].changed == 1 && is_counted {
        write.commit(event).await?;
        return Ok(SessionOpening::Done);
    }
    let refusal = refusal(&mut write, session).await?;
    write.rollback().await?;
    Ok(refusal)
}

/// Admits the password that was verified, if it is still the user's. Without a known browser it
/// also counts the sign-in.
fn admit_statement(session: &NewSession) -> Statement {
    let is_known = is_in_known_browser(session);
    let admit = query(if is_known { ADMIT } else { ADMIT_AND_COUNT })
        .bind(session.user.as_str())
        .bind(session.password.expose());
    if is_known {
        admit
    } else {
        bind_window(admit, session.at)
    }
}

/// Counts the sign-in of a known browser. It has its own count, so that a stranger with the
/// password can't use it up.
fn count_in_browser_statement(session: &NewSession) -> Option<Statement> {
    let Some(Receipt::Browser(browser)) = &session.receipt else {
        return None;
    };
    let count = query(COUNT_IN_BROWSER).bind(browser.as_bytes().as_slice());
    Some(bind_window(count, session.at))
}

/// Binds now, the start of the window, and the maximum of sign-ins in it.
fn bind_window(count: Statement, at: Timestamp) -> Statement {
    count
        .bind(at.millis())
        .bind(at.minus(WINDOW).millis())
        .bind(i64::from(SIGN_INS))
}

/// The statements that open an admitted session.
fn open_statements(session: &NewSession) -> Vec<Statement> {
    let (user, at) = (session.user.as_str(), session.at);
    let mut all = Vec::new();
    if let Some(receipt) = &session.receipt {
        all.extend(password_receipts::forget_statements(receipt));
    }
    if session.complete {
        all.push(note_sign_in_statement(&session.user, at));
        all.push(guess_budgets::clear_strangers_statement(&session.user));
    }
    // Sessions past their absolute lifetime are deleted here, so that the table does not grow for
    // ever.
    let oldest = at.minus(ABSOLUTE).millis();
    all.push(query(DELETE_EXPIRED).bind(user).bind(oldest));
    if let Some(replaced) = session.replaces {
        all.push(query(DELETE_REPLACED).bind(replaced.as_bytes().as_slice()));
    }
    all.push(session_bounds::make_room_statement(session));
    let insert = query(INSERT)
        .bind(session.id.as_str())
        .bind(session.token.as_bytes().as_slice())
        .bind(user)
        .bind(at.millis())
        .bind(i64::from(is_in_known_browser(session)));
    all.push(insert);
    all
}

pub const fn is_in_known_browser(session: &NewSession) -> bool {
    matches!(session.receipt, Some(Receipt::Browser(_)))
}

/// Why a session was not opened.
async fn refusal(
    write: &mut WriteTransaction,
    session: &NewSession,
) -> Result<SessionOpening, PortError> {
    let of_user = query(SIGN_INS_OF_USER)
        .bind(session.user.as_str())
        .bind(session.password.expose());
    let Some(user) = write.row(of_user).await? else {
        return Ok(SessionOpening::NotAdmitted);
    };
    let counted = match &session.receipt {
        Some(Receipt::Browser(browser)) => {
            let of_browser = query(SIGN_INS_OF_BROWSER).bind(browser.as_bytes().as_slice());
            write.row(of_browser).await?
        }
        _ => Some(user),
    };
    let until = match counted {
        Some(row) => {
            let sign_ins = SignIns {
                since: row.at("opened_since")?,
                count: row.count("opened_count")?,
            };
            sign_ins.count(session.at).err()
        }
        None => None,
    };
    // The browser was forgotten in the meantime, or the minute has just ended.
    let until = until.unwrap_or_else(|| session.at.plus(attempts::SHORTLY));
    Ok(SessionOpening::TooMany { until })
}
