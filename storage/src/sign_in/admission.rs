//! Checks whether a password attempt is admitted, by reads alone, including each network's small
//! budget beside an account name's delay. The rules are in
//! `domain::{address_limit, sign_in_delay, known_browser, network_budget}`.

use domain::{
    blind_index::BlindIndex,
    events::{Action, Event, Outcome},
    ids::SessionId,
    network::client_address::{CountedAddress, Network},
    ports::{Admission, Events, PasswordTry, PortError},
    session::{
        address_limit,
        known_browser::KNOWN,
        network_budget::{self, BETWEEN, OF_ALL},
        sign_in_delay::PasswordAttempts,
    },
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    Store,
    engine::{
        rows::Values,
        statement::{Statement, query},
        transaction::EventNote,
    },
    sign_in::password_tries::{self, OF_BROWSER, OF_SESSION},
};

/// All limits of a stranger's attempt: the refused sign-in of the address that must have left the
/// window, the name's failures, and the network's budget. An attempt without a valid name matches
/// no row by name.
const LIMITS: &str = "
    SELECT
        (
            SELECT refused_at
            FROM refused_sign_ins
            WHERE address = $1
            ORDER BY refused_at DESC
            LIMIT 1 OFFSET $2
        ) AS refused_at,
        (SELECT failures FROM password_attempts WHERE email_index = $3) AS failures,
        (SELECT allowed_at FROM password_attempts WHERE email_index = $3) AS allowed_at,
        (
            SELECT tried_at
            FROM network_tries
            WHERE email_index = $3 AND network = $4
        ) AS tried_at,
        (
            SELECT COUNT(*)
            FROM network_tries
            WHERE email_index = $3 AND spare_at > $5
        ) AS spent";

/// Locks the name's row, so that concurrent attempts of all networks are counted one after the
/// other.
const LOCK_NAME: &str = "
    UPDATE password_attempts
    SET failures = failures
    WHERE email_index = $1";

const SPEND_SPARE: &str = "
    INSERT INTO network_tries (email_index, network, tried_at, spare_at)
    SELECT $1, $2, $3, $3
    WHERE (
        SELECT COUNT(*)
        FROM network_tries
        WHERE email_index = $1 AND spare_at > $4
    ) < $5
    ON CONFLICT (email_index, network) DO UPDATE
    SET tried_at = $3, spare_at = $3
    WHERE network_tries.tried_at <= $4";

const NOTE_FAILURE: &str = "
    INSERT INTO network_tries (email_index, network, tried_at, spare_at)
    VALUES ($1, $2, $3, 0)
    ON CONFLICT (email_index, network) DO UPDATE
    SET tried_at = excluded.tried_at";

const FORGET_FAILURE: &str = "
    DELETE FROM network_tries
    WHERE email_index = $1 AND network = $2";

/// The result of checking a stranger's attempt against the limits.
pub enum AdmissionLimits {
    /// The attempt is counted as usual.
    Open {
        /// The name's attempts now.
        before: Option<PasswordAttempts>,
        /// The name's attempts once this one is counted.
        after: PasswordAttempts,
    },
    /// The name's delay refuses the attempt, but the network's own budget allows one.
    Spare,
    /// Refused.
    Refused {
        /// When the next attempt is allowed.
        until: Timestamp,
        /// Whether the address exceeds its limit, for any name.
        is_address: bool,
    },
}

/// Selects all limits of a stranger's attempt.
pub fn limits_statement(attempt: &PasswordTry, now: Timestamp) -> Statement {
    let email = attempt.email.as_ref();
    query(LIMITS)
        .bind(attempt.address.as_str())
        .bind(i64::from(attempt.address_limit) - 1)
        .bind(email.map(|(_, index)| index.as_bytes().to_vec()))
        .bind(attempt.network.as_str())
        .bind(now.minus(BETWEEN).millis())
}

/// Evaluates the row of [`limits_statement`].
pub fn limits(row: &AnyRow, now: Timestamp) -> Result<AdmissionLimits, PortError> {
    if let Err(until) = address_limit::judge(row.maybe_at("refused_at")?, now) {
        return Ok(AdmissionLimits::Refused {
            until,
            is_address: true,
        });
    }
    let before = match row.maybe_at("allowed_at")? {
        Some(allowed_at) => Some(PasswordAttempts {
            failures: row.count("failures")?,
            allowed_at,
        }),
        None => None,
    };
    Ok(match before.unwrap_or_default().count(now) {
        Ok(after) => AdmissionLimits::Open { before, after },
        Err(_) if network_budget::allows(row.maybe_at("tried_at")?, row.count("spent")?, now) => {
            AdmissionLimits::Spare
        }
        Err(until) => AdmissionLimits::Refused {
            until,
            is_address: false,
        },
    })
}

/// Checks an attempt without counting it.
pub async fn judge(
    store: &Store,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Admission, PortError> {
    if let Some(known) = known(store, attempt, now).await? {
        return Ok(known);
    }
    // A remembered address needs no read, because only a known browser or a session could have
    // admitted it.
    let strangers = &store.scope.strangers;
    if let Some(until) = strangers.refused(&attempt.address, now) {
        return Ok(Admission::Refused { until });
    }
    let Some(row) = store.row(limits_statement(attempt, now)).await? else {
        return Ok(Admission::Stranger);
    };
    Ok(match limits(&row, now)? {
        AdmissionLimits::Refused { until, is_address } => {
            if is_address {
                strangers.refuse(&attempt.address, until, now);
            }
            Admission::Refused { until }
        }
        AdmissionLimits::Open { .. } | AdmissionLimits::Spare => Admission::Stranger,
    })
}

/// The budget of the complete session, or else that of the browser if it is known to this address's
/// user.
async fn known(
    store: &Store,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Option<Admission>, PortError> {
    let of_session = |session: &SessionId| query(OF_SESSION).bind(session.as_str());
    let sql = match (&attempt.session, attempt.browser, &attempt.email) {
        (Some(session), ..) => of_session(session),
        (None, Some(browser), Some((email, _))) => query(OF_BROWSER)
            .bind(browser.as_bytes().as_slice())
            .bind(email.as_str())
            .bind(now.minus(KNOWN).millis()),
        _ => return Ok(None),
    };
    let Some(row) = store.row(sql).await? else {
        return Ok(None);
    };
    let before = PasswordAttempts {
        failures: row.count("failures")?,
        allowed_at: row.at("allowed_at")?,
    };
    Ok(Some(match before.count(now) {
        Ok(_) => Admission::Known(row.value("user_id")?),
        Err(until) => Admission::Refused { until },
    }))
}

/// Locks a delayed name, before [`spend_spare_statement`]. Must change one row.
pub fn lock_name_statement(email: BlindIndex) -> Statement {
    query(LOCK_NAME).bind(email.as_bytes().as_slice())
}

/// Uses up the network's own attempt for a name that is delayed. Must change one row.
pub fn spend_spare_statement(email: BlindIndex, network: &Network, now: Timestamp) -> Statement {
    query(SPEND_SPARE)
        .bind(email.as_bytes().as_slice())
        .bind(network.as_str())
        .bind(now.millis())
        .bind(now.minus(BETWEEN).millis())
        .bind(i64::from(OF_ALL))
}

/// Records that a network failed for a name, so it gets no attempt of its own for that name within
/// the next hour.
pub fn note_failure_statement(email: BlindIndex, network: &Network, now: Timestamp) -> Statement {
    query(NOTE_FAILURE)
        .bind(email.as_bytes().as_slice())
        .bind(network.as_str())
        .bind(now.millis())
}

/// Removes the network's failure, because the password was correct.
pub fn forget_failure_statement(email: BlindIndex, network: &Network) -> Statement {
    query(FORGET_FAILURE)
        .bind(email.as_bytes().as_slice())
        .bind(network.as_str())
}

/// Counts an invalid link for its address. If the address exceeds its limit, the link is refused
/// without a write.
pub async fn count_dead_link(
    store: &Store,
    address: &CountedAddress,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Timestamp>, PortError> {
    let strangers = &store.scope.strangers;
    let refused = Event::new(Action::Access, Outcome::Limited);
    if let Some(until) = strangers.refused(address, now) {
        strangers.budget().merge(refused.action, refused.outcome);
        return Ok(Some(until));
    }
    let oldest = password_tries::oldest_statement(address, limit);
    let oldest = store.row(oldest).await?;
    let oldest = oldest.map(|row| row.at("refused_at")).transpose()?;
    if let Err(until) = address_limit::judge(oldest, now) {
        strangers.refuse(address, until, now);
        store.note(refused).await?;
        return Ok(Some(until));
    }
    if !strangers.budget().dead_links.take(now) {
        return Ok(None);
    }
    let mut write = store.write().await?;
    let batch = [
        password_tries::delete_past_window_statement(now),
        password_tries::take_number_statement(address, limit, now),
    ];
    write.run_batch(batch.into_iter().collect()).await?;
    // Each refusal is recorded as a separate event.
    write.commit(EventNote::Nothing).await?;
    Ok(None)
}
