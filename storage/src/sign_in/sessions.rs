//! Sessions, looked up by the hash of their token.

use async_trait::async_trait;
use domain::{
    events::{Action, Event, MethodKind, Outcome},
    ids::{AccountId, SessionId, UserId},
    people::names::AccountName,
    ports::{
        AccountChoice, NewSession, Opened, PortError, Receipt, SessionRecord, Sessions, TokenSwap,
    },
    second_factor::totp::OffTime,
    session::{
        bounds::{SIGN_INS, SignIns, WINDOW},
        facts::{ABSOLUTE, SessionFacts},
        policy::Subject,
    },
    time::{TimeStep, Timestamp},
    token::TokenHash,
};
use sqlx::{any::AnyRow, query};

use crate::{
    Store,
    engine::{
        connect::Sql,
        error::damaged,
        locks,
        rows::Values,
        transaction::{EventNote, WriteTransaction},
    },
    sign_in::{attempts, guess_budgets, known_browsers, password_tries, session_bounds},
};

/// Selects a session with everything that `policy::decide` needs: one row per membership.
pub const FIND: &str = "
    SELECT s.id, s.user_id, s.account_id AS chosen, s.opened_at, s.seen_at, s.password_at, s.second_factor_at, s.codes_since, s.codes_for, s.recovered_at, s.refused_step, s.refused_offset,
           u.name, u.email, CASE WHEN m.id IS NULL THEN 0 ELSE 1 END AS has_mfa,
           p.account_id, p.role, a.require_mfa, a.name AS account_name
    FROM sessions s
    JOIN users u ON u.id = s.user_id
    LEFT JOIN mfa_methods m ON m.user_id = u.id
    LEFT JOIN memberships p ON p.user_id = u.id
    LEFT JOIN accounts a ON a.id = p.account_id
    WHERE s.token_hash = $1 AND u.disabled = 0
    ORDER BY a.name_folded";

#[async_trait]
impl Sessions for Store {
    async fn open(&self, session: NewSession) -> Result<Opened, PortError> {
        let write = self.write().await?;
        let outcome = if session.complete {
            Outcome::Succeeded
        } else {
            Outcome::Owed
        };
        let event = Event::new(Action::SignIn, outcome).of(&session.user);
        let event = event.with(MethodKind::Password).by_subject();
        let opened = open(write, &session, event).await?;
        if let (Opened::Done, Some(receipt)) = (opened, &session.receipt) {
            password_tries::forget_address(self, receipt);
        }
        Ok(opened)
    }

    async fn find(&self, token: TokenHash) -> Result<Option<SessionRecord>, PortError> {
        let rows = self
            .rows(query(FIND).bind(token.as_bytes().as_slice()))
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let memberships = rows
            .iter()
            .filter_map(|row| row.membership().transpose())
            .collect::<Result<_, _>>()?;
        let account_names = rows
            .iter()
            .filter_map(|row| named(row).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Some(SessionRecord {
            id: row.value("id")?,
            user: row.value("user_id")?,
            name: row.kept("name")?,
            email: row.kept("email")?,
            facts: SessionFacts {
                opened_at: row.at("opened_at")?,
                seen_at: row.at("seen_at")?,
                password_at: row.at("password_at")?,
                second_factor_at: row.maybe_at("second_factor_at")?,
                account: row.maybe("chosen")?,
            },
            subject: Subject {
                has_mfa: row.flag("has_mfa")?,
                memberships,
            },
            account_names,
            codes_since: row.maybe_at("codes_since")?,
            codes_for: row.value("codes_for")?,
            recovered_at: row.maybe_at("recovered_at")?,
            refused_code: refused_code(row)?,
        }))
    }

    async fn touch(&self, session: &SessionId, now: Timestamp) -> Result<(), PortError> {
        let mut write = self.write().await?;
        write
            .run(
                query("UPDATE sessions SET seen_at = $2 WHERE id = $1")
                    .bind(session.as_str())
                    .bind(now.millis()),
            )
            .await?;
        write.commit(EventNote::Nothing).await
    }

    async fn note_refused_code(
        &self,
        session: &SessionId,
        code: Option<OffTime>,
    ) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let note = "UPDATE sessions SET refused_step = $2, refused_offset = $3 WHERE id = $1";
        let note = query(note)
            .bind(session.as_str())
            .bind(code.map(|code| code.step.number()))
            .bind(code.map(|code| i64::from(code.seconds)));
        write.run(note).await?;
        write.commit(EventNote::Nothing).await
    }

    async fn confirm_password(&self, swap: TokenSwap, now: Timestamp) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        let sql = query(
            "UPDATE sessions SET token_hash = $3, password_at = $4, seen_at = $4 WHERE id = $1 AND token_hash = $2 RETURNING user_id",
        );
        let Some(row) = write.row(bind_swap(sql, &swap, now)).await? else {
            return write.undo(false).await;
        };
        let event = Event::done(Action::PasswordConfirmation)
            .of(&row.value("user_id")?)
            .with(MethodKind::Password);
        write.commit(event).await?;
        Ok(true)
    }

    async fn choose_account(
        &self,
        session: &SessionId,
        account: &AccountId,
    ) -> Result<AccountChoice, PortError> {
        let mut write = self.write().await?;
        locks::account(&mut write, account).await?;
        let choose = "UPDATE sessions SET account_id = $2 WHERE id = $1
                      AND EXISTS (SELECT 1 FROM memberships p WHERE p.user_id = sessions.user_id AND p.account_id = $2)";
        let choose = query(choose).bind(session.as_str()).bind(account.as_str());
        if write.run(choose).await? == 1 {
            // The chosen account changes no permission.
            write.commit(EventNote::Nothing).await?;
            return Ok(AccountChoice::Chosen);
        }
        let there = query("SELECT 1 FROM sessions WHERE id = $1").bind(session.as_str());
        let refusal = match write.row(there).await? {
            Some(_) => AccountChoice::NotTheirs,
            None => AccountChoice::SessionGone,
        };
        write.undo(refusal).await
    }

    async fn end(&self, session: &SessionId) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let end = "DELETE FROM sessions WHERE id = $1 RETURNING user_id";
        let Some(row) = write.row(query(end).bind(session.as_str())).await? else {
            return write.undo(()).await;
        };
        write
            .commit(Event::done(Action::SignOut).of(&row.value("user_id")?))
            .await
    }
}

/// The account of a membership with its name; `None` if nothing was joined.
fn named(row: &AnyRow) -> Result<Option<(AccountId, AccountName)>, PortError> {
    let Some(account) = row.maybe("account_id")? else {
        return Ok(None);
    };
    Ok(Some((account, row.kept("account_name")?)))
}

/// Binds `$1` session, `$2` old token, `$3` new token, `$4` now.
pub fn bind_swap(sql: Sql, swap: &TokenSwap, now: Timestamp) -> Sql {
    sql.bind(swap.session.as_str())
        .bind(swap.old.as_bytes().as_slice())
        .bind(swap.new.as_bytes().as_slice())
        .bind(now.millis())
}

/// Opens a session with its event, if the password that was verified is still the user's. A password change ends every session,
/// so no session of the old password may open after it. Changes nothing otherwise, or if too many sessions were opened lately.
pub async fn open(
    mut write: WriteTransaction,
    session: &NewSession,
    event: Event,
) -> Result<Opened, PortError> {
    let (ran, told) = write.run_as(opening(session), event).await?;
    let counted = ran
        .iter()
        .take(deciding(session))
        .all(|ran| ran.changed == 1);
    if counted {
        write.commit_told(told).await?;
        return Ok(Opened::Done);
    }
    let refusal = refusal(&mut write, session).await?;
    write.undo(refusal).await
}

/// How many of the first statements decide whether the session opens.
const fn deciding(session: &NewSession) -> usize {
    match session.receipt {
        Some(Receipt::Browser(_)) => 2,
        _ => 1,
    }
}

/// Counts a sign-in within its minute: `$2` is now, `$3` the start of the window, and `$4` the maximum.
macro_rules! counting {
    ($set:literal, $which:literal) => {
        concat!(
            $set,
            " opened_count = CASE WHEN opened_since > $3 AND opened_since <= $2 THEN opened_count + 1 ELSE 1 END,
              opened_since = CASE WHEN opened_since > $3 AND opened_since <= $2 THEN opened_since ELSE $2 END
              WHERE (opened_since <= $3 OR opened_since > $2 OR opened_count < $4) AND ",
            $which
        )
    };
}

/// The statements that open a session. The first ones decide: see [`deciding`].
fn opening(session: &NewSession) -> Vec<Sql> {
    let at = session.at;
    let counted = |sql: Sql| {
        sql.bind(at.millis())
            .bind(at.minus(WINDOW).millis())
            .bind(i64::from(SIGN_INS))
    };
    // A known browser has its own count, so that a stranger with the password can't use it up.
    let mut all = if let Some(Receipt::Browser(browser)) = &session.receipt {
        let unchanged = "UPDATE users SET disabled = disabled WHERE id = $1 AND password_hash = $2 AND disabled = 0";
        let unchanged = query(unchanged).bind(session.user.as_str());
        let count = counting!("UPDATE known_browsers SET", "token_hash = $1");
        let count = query(count).bind(browser.as_bytes().as_slice());
        vec![unchanged.bind(session.password.expose()), counted(count)]
    } else {
        let count = counting!(
            "UPDATE users SET",
            "id = $1 AND password_hash = $5 AND disabled = 0"
        );
        let count = counted(query(count).bind(session.user.as_str()));
        vec![count.bind(session.password.expose())]
    };
    if let Some(receipt) = &session.receipt {
        all.extend(password_tries::forgetting(receipt));
    }
    if session.complete {
        all.extend(signing_in(&session.user, at));
    }
    // Sessions past their absolute lifetime are deleted here, so that the table does not grow for ever.
    let ended = query("DELETE FROM sessions WHERE user_id = $1 AND opened_at <= $2");
    let ended = ended.bind(session.user.as_str());
    all.push(ended.bind(at.minus(ABSOLUTE).millis()));
    all.extend(session.replaces.map(|replaced| {
        let replace = query("DELETE FROM sessions WHERE token_hash = $1");
        replace.bind(replaced.as_bytes().as_slice())
    }));
    all.push(session_bounds::making_room(session));
    // Joins `users`. Without the user this statement would fail on the foreign key, instead of the first one deciding.
    let insert = "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at, in_known_browser)
                  SELECT $1, $2, u.id, $4, $4, $4, $5 FROM users u WHERE u.id = $3";
    let insert = query(insert)
        .bind(session.id.as_str())
        .bind(session.token.as_bytes().as_slice());
    let insert = insert.bind(session.user.as_str()).bind(at.millis());
    all.push(insert.bind(i64::from(is_in_known_browser(session))));
    all
}

pub const fn is_in_known_browser(session: &NewSession) -> bool {
    matches!(session.receipt, Some(Receipt::Browser(_)))
}

fn refused_code(row: &AnyRow) -> Result<Option<OffTime>, PortError> {
    let Some(step) = row.maybe_number("refused_step")? else {
        return Ok(None);
    };
    let seconds = row.maybe_number("refused_offset")?.unwrap_or(0);
    Ok(Some(OffTime {
        step: TimeStep::from_number(step),
        seconds: i32::try_from(seconds).map_err(damaged)?,
    }))
}

/// Why a session was not opened.
async fn refusal(write: &mut WriteTransaction, session: &NewSession) -> Result<Opened, PortError> {
    let of_user = "SELECT opened_since, opened_count FROM users WHERE id = $1 AND password_hash = $2 AND disabled = 0";
    let of_user = query(of_user)
        .bind(session.user.as_str())
        .bind(session.password.expose());
    let Some(user) = write.row(of_user).await? else {
        return Ok(Opened::NotAdmitted);
    };
    let counted = match &session.receipt {
        Some(Receipt::Browser(browser)) => {
            let of_browser =
                "SELECT opened_since, opened_count FROM known_browsers WHERE token_hash = $1";
            let of_browser = query(of_browser).bind(browser.as_bytes().as_slice());
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
    Ok(Opened::TooMany { until })
}

/// Records a complete sign-in, which clears the common budget of the second factor; false if the user is disabled or gone.
pub async fn signed_in(
    write: &mut WriteTransaction,
    user: &UserId,
    at: Timestamp,
) -> Result<bool, PortError> {
    let ran = write.run_all(signing_in(user, at).into()).await?;
    Ok(ran[0].changed == 1)
}

/// The statements of [`signed_in`]; the first one decides.
pub fn signing_in(user: &UserId, at: Timestamp) -> [Sql; 2] {
    let note = query("UPDATE users SET last_sign_in_at = $2 WHERE id = $1 AND disabled = 0")
        .bind(user.as_str())
        .bind(at.millis());
    [note, guess_budgets::clearing(user)]
}

/// Ends every session of a user but one, and forgets all known browsers, including that session's.
pub async fn end_others(
    write: &mut WriteTransaction,
    user: &UserId,
    session: &SessionId,
) -> Result<(), PortError> {
    let others = query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2").bind(user.as_str());
    write.run(others.bind(session.as_str())).await?;
    known_browsers::forget(write, user).await
}

/// Ends every session of a user, and forgets all known browsers.
pub async fn end_all(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let all = query("DELETE FROM sessions WHERE user_id = $1").bind(user.as_str());
    write.run(all).await?;
    known_browsers::forget(write, user).await
}
