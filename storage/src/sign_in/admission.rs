//! Checks whether a password attempt is admitted, by reads alone, including each network's small budget beside an
//! account name's delay. The rules are in `domain::{address_limit, sign_in_delay, known_browser, network_budget}`.

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
use sqlx::{any::AnyRow, query};

use crate::{
    Store,
    engine::{connect::Sql, rows::Values},
    sign_in::password_tries::{OF_BROWSER, OF_SESSION},
};

/// All limits of a stranger's attempt: the refused sign-in of the address that must have left the window,
/// the name's failures, and the network's budget. An attempt without a valid name matches no row by name.
const LIMITS: &str = "
    SELECT (SELECT refused_at FROM refused_sign_ins WHERE address = $1 ORDER BY refused_at DESC LIMIT 1 OFFSET $2) AS refused_at,
           (SELECT failures FROM password_attempts WHERE email_index = $3) AS failures,
           (SELECT allowed_at FROM password_attempts WHERE email_index = $3) AS allowed_at,
           (SELECT tried_at FROM network_tries WHERE email_index = $3 AND network = $4) AS tried_at,
           (SELECT COUNT(*) FROM network_tries WHERE email_index = $3 AND spare_at > $5) AS spent";

/// The result of checking a stranger's attempt against the limits.
pub enum Limits {
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
pub fn looking(attempt: &PasswordTry, now: Timestamp) -> Sql {
    let email = attempt
        .email
        .as_ref()
        .map(|(_, index)| index.as_bytes().to_vec());
    query(LIMITS)
        .bind(attempt.address.as_str().to_owned())
        .bind(i64::from(attempt.address_limit) - 1)
        .bind(email)
        .bind(attempt.network.as_str().to_owned())
        .bind(now.minus(BETWEEN).millis())
}

/// Evaluates the row of [`looking`].
pub fn limits(row: &AnyRow, now: Timestamp) -> Result<Limits, PortError> {
    if let Err(until) = address_limit::judge(row.maybe_at("refused_at")?, now) {
        return Ok(Limits::Refused {
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
        Ok(after) => Limits::Open { before, after },
        Err(_) if network_budget::allows(row.maybe_at("tried_at")?, row.count("spent")?, now) => {
            Limits::Spare
        }
        Err(until) => Limits::Refused {
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
    // A remembered address needs no read, because only a known browser or a session could have admitted it.
    let strangers = &store.scope.strangers;
    if let Some(until) = strangers.refused(&attempt.address, now) {
        return Ok(Admission::Refused { until });
    }
    let Some(row) = store.row(looking(attempt, now)).await? else {
        return Ok(Admission::Stranger);
    };
    Ok(match limits(&row, now)? {
        Limits::Refused { until, is_address } => {
            if is_address {
                strangers.refuse(&attempt.address, until, now);
            }
            Admission::Refused { until }
        }
        Limits::Open { .. } | Limits::Spare => Admission::Stranger,
    })
}

/// The budget of the complete session, or else that of the browser if it is known to this address's user.
async fn known(
    store: &Store,
    attempt: &PasswordTry,
    now: Timestamp,
) -> Result<Option<Admission>, PortError> {
    let of_session = |session: &SessionId| query(OF_SESSION).bind(session.as_str().to_owned());
    let sql = match (&attempt.session, attempt.browser, &attempt.email) {
        (Some(session), ..) => of_session(session),
        (None, Some(browser), Some((email, _))) => query(OF_BROWSER)
            .bind(browser.as_bytes().to_vec())
            .bind(email.as_str().to_owned())
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

/// Uses up the network's attempt for a name that is delayed. The name's row is locked first, so that concurrent
/// attempts of all networks are counted one after the other. Each of the two statements must change one row.
pub fn spending(email: BlindIndex, network: &Network, now: Timestamp) -> [Sql; 2] {
    let hold = "UPDATE password_attempts SET failures = failures WHERE email_index = $1";
    let hold = query(hold).bind(email.as_bytes().as_slice());
    let spend = "INSERT INTO network_tries (email_index, network, tried_at, spare_at)
                 SELECT $1, $2, $3, $3
                 WHERE (SELECT COUNT(*) FROM network_tries WHERE email_index = $1 AND spare_at > $4) < $5
                 ON CONFLICT (email_index, network) DO UPDATE SET tried_at = $3, spare_at = $3
                 WHERE network_tries.tried_at <= $4";
    let spend = query(spend)
        .bind(email.as_bytes().as_slice())
        .bind(network.as_str().to_owned())
        .bind(now.millis());
    let spend = spend
        .bind(now.minus(BETWEEN).millis())
        .bind(i64::from(OF_ALL));
    [hold, spend]
}

/// Records that a network failed for a name, so it gets no attempt of its own for that name within the next hour.
pub fn noting(email: BlindIndex, network: &Network, now: Timestamp) -> Sql {
    let note = "INSERT INTO network_tries (email_index, network, tried_at, spare_at) VALUES ($1, $2, $3, 0)
                ON CONFLICT (email_index, network) DO UPDATE SET tried_at = excluded.tried_at";
    query(note)
        .bind(email.as_bytes().as_slice())
        .bind(network.as_str().to_owned())
        .bind(now.millis())
}

/// Removes the network's failure, because the password was correct.
pub fn clearing(email: BlindIndex, network: &Network) -> Sql {
    query("DELETE FROM network_tries WHERE email_index = $1 AND network = $2")
        .bind(email.as_bytes().as_slice())
        .bind(network.as_str().to_owned())
}

/// Counts an invalid link for its address. If the address exceeds its limit, the link is refused without a write.
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
    let oldest = store.row(crate::sign_in::password_tries::oldest(address, limit));
    let oldest = oldest.await?.map(|row| row.at("refused_at")).transpose()?;
    if let Err(until) = address_limit::judge(oldest, now) {
        strangers.refuse(address, until, now);
        store.note(refused).await?;
        return Ok(Some(until));
    }
    if !strangers.budget().dead_links.take(now) {
        return Ok(None);
    }
    let mut write = store.write().await?;
    let take = crate::sign_in::password_tries::take_number(address, limit, now);
    write
        .run_all(vec![crate::sign_in::password_tries::past_window(now), take])
        .await?;
    // Each refusal is recorded as a separate event.
    write
        .commit(crate::engine::transaction::EventNote::Nothing)
        .await?;
    Ok(None)
}
