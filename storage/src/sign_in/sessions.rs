//! Sessions, looked up by the hash of their token.

use async_trait::async_trait;
use domain::{
    events::{Action, Event, MethodKind, Outcome},
    ids::{AccountId, SessionId, UserId},
    people::names::AccountName,
    ports::{
        AccountChoice, NewSession, PasswordConfirmation, PortError, SessionOpening, SessionRecord,
        Sessions, TokenSwap,
    },
    second_factor::totp::OffTimeCode,
    session::{facts::SessionFacts, policy::Subject},
    time::{TimeStep, Timestamp},
    token::TokenHash,
};
use sqlx::any::AnyRow;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        batch::Batch,
        error::damaged,
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
    sign_in::{guess_budgets, known_browsers, password_receipts, session_opening},
};

/// Selects a session with everything that `policy::decide` needs: one row per membership.
pub const FIND: &str = "
    SELECT s.id, s.user_id, s.account_id AS chosen, s.opened_at, s.seen_at, s.password_at,
        s.second_factor_at, s.codes_since, s.codes_for, s.recovered_at, s.refused_step,
        s.refused_offset, u.name, u.email,
        CASE WHEN EXISTS (SELECT 1 FROM mfa_methods m WHERE m.user_id = u.id)
            THEN 1 ELSE 0 END AS has_mfa,
        p.account_id, p.role, a.require_mfa, a.name AS account_name
    FROM sessions s
    JOIN users u ON u.id = s.user_id
    LEFT JOIN memberships p ON p.user_id = u.id
    LEFT JOIN accounts a ON a.id = p.account_id
    WHERE s.token_hash = $1 AND u.disabled = 0
    ORDER BY a.name_folded";

const NOTE_SIGN_IN: &str = "
    UPDATE users
    SET last_sign_in_at = $2
    WHERE id = $1 AND disabled = 0";

const TOUCH: &str = "
    UPDATE sessions
    SET seen_at = $2
    WHERE id = $1";

const NOTE_REFUSED_CODE: &str = "
    UPDATE sessions
    SET refused_step = $2, refused_offset = $3
    WHERE id = $1";

const CONFIRM_PASSWORD: &str = "
    UPDATE sessions
    SET token_hash = $3, password_at = $4, seen_at = $4
    WHERE id = $1 AND token_hash = $2
    RETURNING user_id";

const CHOOSE_ACCOUNT: &str = "
    UPDATE sessions
    SET account_id = $2
    WHERE id = $1
        AND EXISTS (
            SELECT 1
            FROM memberships p
            WHERE p.user_id = sessions.user_id AND p.account_id = $2
        )";

const EXISTS: &str = "
    SELECT 1
    FROM sessions
    WHERE id = $1";

const END: &str = "
    DELETE FROM sessions
    WHERE id = $1
    RETURNING user_id";

const END_OTHERS: &str = "
    DELETE FROM sessions
    WHERE user_id = $1 AND id <> $2";

const END_ALL: &str = "
    DELETE FROM sessions
    WHERE user_id = $1";

#[async_trait]
impl Sessions for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "sessions.open"))]
    async fn open(&self, session: NewSession) -> Result<SessionOpening, PortError> {
        let write = self.write().await?;
        let outcome = if session.complete {
            Outcome::Succeeded
        } else {
            Outcome::Owed
        };
        let event = Event::new(Action::SignIn, outcome).of(&session.user);
        let event = event.with(MethodKind::Password).by_subject();
        let opened = session_opening::open(write, &session, event).await?;
        if let (SessionOpening::Done, Some(receipt)) = (opened, &session.receipt) {
            password_receipts::forget_address(self, receipt);
        }
        Ok(opened)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "sessions.find"))]
    async fn find(&self, token: TokenHash) -> Result<Option<SessionRecord>, PortError> {
        let rows = self
            .rows(query(FIND).bind(token.as_bytes().as_slice()))
            .await?;
        read(&rows)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "sessions.touch"))]
    async fn touch(&self, session: &SessionId, now: Timestamp) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let touch = query(TOUCH).bind(session.as_str()).bind(now.millis());
        write.run(touch).await?;
        write.commit(EventNote::Nothing).await
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "sessions.note_refused_code")
    )]
    async fn note_refused_code(
        &self,
        session: &SessionId,
        code: Option<OffTimeCode>,
    ) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let note = query(NOTE_REFUSED_CODE)
            .bind(session.as_str())
            .bind(code.map(|code| code.step.number()))
            .bind(code.map(|code| i64::from(code.seconds)));
        write.run(note).await?;
        write.commit(EventNote::Nothing).await
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "sessions.confirm_password")
    )]
    async fn confirm_password(
        &self,
        swap: TokenSwap,
        now: Timestamp,
    ) -> Result<PasswordConfirmation, PortError> {
        let mut write = self.write().await?;
        let confirm = bind_swap(query(CONFIRM_PASSWORD), &swap, now);
        let Some(row) = write.row(confirm).await? else {
            write.rollback().await?;
            return Ok(PasswordConfirmation::SessionGone);
        };
        let event = Event::done(Action::PasswordConfirmation)
            .of(&row.value("user_id")?)
            .with(MethodKind::Password);
        write.commit(event).await?;
        Ok(PasswordConfirmation::Confirmed)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "sessions.choose_account"))]
    async fn choose_account(
        &self,
        session: &SessionId,
        account: &AccountId,
    ) -> Result<AccountChoice, PortError> {
        let mut write = self.write().await?;
        locks::account(&mut write, account).await?;
        let choose = query(CHOOSE_ACCOUNT)
            .bind(session.as_str())
            .bind(account.as_str());
        if write.run(choose).await? == 1 {
            // The chosen account changes no permission.
            write.commit(EventNote::Nothing).await?;
            return Ok(AccountChoice::Chosen);
        }
        let there = write.row(query(EXISTS).bind(session.as_str())).await?;
        let refusal = match there {
            Some(_) => AccountChoice::NotTheirs,
            None => AccountChoice::SessionGone,
        };
        write.rollback().await?;
        Ok(refusal)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "sessions.end"))]
    async fn end(&self, session: &SessionId) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let Some(row) = write.row(query(END).bind(session.as_str())).await? else {
            return write.rollback().await;
        };
        write
            .commit(Event::done(Action::SignOut).of(&row.value("user_id")?))
            .await
    }
}

/// A session from the rows of [`FIND`], or of a statement with the same columns.
pub fn read(rows: &[AnyRow]) -> Result<Option<SessionRecord>, PortError> {
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
        name: row.stored_text("name")?,
        email: row.stored_text("email")?,
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

/// The account of a membership with its name; `None` if nothing was joined.
fn named(row: &AnyRow) -> Result<Option<(AccountId, AccountName)>, PortError> {
    let Some(account) = row.maybe("account_id")? else {
        return Ok(None);
    };
    Ok(Some((account, row.stored_text("account_name")?)))
}

/// Binds `$1` session, `$2` old token, `$3` new token, `$4` now.
pub fn bind_swap(sql: Statement, swap: &TokenSwap, now: Timestamp) -> Statement {
    sql.bind(swap.session.as_str())
        .bind(swap.old.as_bytes().as_slice())
        .bind(swap.new.as_bytes().as_slice())
        .bind(now.millis())
}

fn refused_code(row: &AnyRow) -> Result<Option<OffTimeCode>, PortError> {
    let Some(step) = row.maybe_number("refused_step")? else {
        return Ok(None);
    };
    let seconds = row.maybe_number("refused_offset")?.unwrap_or(0);
    Ok(Some(OffTimeCode {
        step: TimeStep::from_number(step),
        seconds: i32::try_from(seconds).map_err(damaged)?,
    }))
}

/// Records a complete sign-in, which clears the common budget of the second factor; false if the
/// user is disabled or gone.
pub async fn note_sign_in(
    write: &mut WriteTransaction,
    user: &UserId,
    at: Timestamp,
) -> Result<bool, PortError> {
    let mut batch = Batch::default();
    let note = batch.add(note_sign_in_statement(user, at));
    batch.add(guess_budgets::clear_strangers_statement(user));
    let results = write.run_batch(batch).await?;
    Ok(results[note].changed == 1)
}

/// Notes the sign-in on the user's row. Changes no row if the user is disabled or gone.
pub fn note_sign_in_statement(user: &UserId, at: Timestamp) -> Statement {
    query(NOTE_SIGN_IN).bind(user.as_str()).bind(at.millis())
}

/// Ends every session of a user but one, and forgets all known browsers, including that session's.
pub async fn end_others(
    write: &mut WriteTransaction,
    user: &UserId,
    session: &SessionId,
) -> Result<(), PortError> {
    let others = query(END_OTHERS).bind(user.as_str()).bind(session.as_str());
    write.run(others).await?;
    known_browsers::forget(write, user).await
}

/// Ends every session of a user, and forgets all known browsers.
pub async fn end_all(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    write.run(query(END_ALL).bind(user.as_str())).await?;
    known_browsers::forget(write, user).await
}
