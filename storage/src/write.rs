//! Writing. No transaction is committed without saying which security event it is, in the same transaction; what is none says so.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    events::{Action, Actor, Event, Origin, Outcome},
    ports::{MembershipChange, PortError, Taken},
    time::Timestamp,
};
use sqlx::{Any, AnyConnection, Row, Transaction, any::AnyRow, query};

use crate::{
    connect::{Sql, answered},
    error::port,
    shared::Turn,
};

/// How long a row may still change: longer than any request takes.
const OPEN: Duration = Duration::from_secs(35);
/// What is repeated within it is counted in one row.
const REPEATS_MILLIS: i64 = 60_000;

/// What a transaction leaves in the security events.
#[derive(Debug)]
pub enum Noted {
    /// This, in the place of the attempt that the request counted, if it did: an attempt that came right is one event, not two.
    Event(Event),
    /// Nothing: no change to who may do what, or one that an event of another transaction tells.
    Nothing,
}

impl From<Event> for Noted {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

/// Who writes, and the attempts that they have counted and not completed, in their order.
#[derive(Clone)]
pub struct Scope {
    pub origin: Arc<Origin>,
    attempts: Arc<Mutex<Vec<i64>>>,
}

impl Scope {
    pub fn new(origin: Origin) -> Self {
        Self {
            origin: Arc::new(origin),
            attempts: Arc::default(),
        }
    }

    /// Of a store that was given no request: its own housekeeping.
    pub fn none() -> Self {
        Self::new(Origin::here(Actor::System, Timestamp::default()))
    }

    /// What the request tries; `otherwise` where it does not say.
    pub fn trying(&self, otherwise: Action) -> Action {
        self.origin.trying.unwrap_or(otherwise)
    }

    pub fn attempts(&self) -> Vec<i64> {
        let attempts = self.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<i64>)) {
        let attempts = self.attempts.lock();
        change(&mut attempts.unwrap_or_else(PoisonError::into_inner));
    }
}

/// A transaction that writes. Dropped before its commit, it leaves nothing behind.
pub struct Write {
    open: Open,
    scope: Scope,
}

/// What a transaction runs in.
pub enum Open {
    /// A connection for itself.
    Alone(Transaction<'static, Any>),
    /// The one that writes, in turns.
    Turn(Turn),
}

impl Open {
    fn connection(&mut self) -> Result<&mut AnyConnection, PortError> {
        match self {
            Self::Alone(transaction) => Ok(transaction),
            Self::Turn(turn) => turn.connection().map_err(port),
        }
    }
}

impl Write {
    pub const fn begun(open: Open, scope: Scope) -> Self {
        Self { open, scope }
    }

    /// Runs a statement and answers how many rows it changed.
    pub async fn run(&mut self, sql: Sql) -> Result<u64, PortError> {
        let done = answered(sql.execute(self.open.connection()?)).await?;
        Ok(done.rows_affected())
    }

    pub async fn row(&mut self, sql: Sql) -> Result<Option<AnyRow>, PortError> {
        answered(sql.fetch_optional(self.open.connection()?)).await
    }

    pub async fn rows(&mut self, sql: Sql) -> Result<Vec<AnyRow>, PortError> {
        answered(sql.fetch_all(self.open.connection()?)).await
    }

    /// Counts rows.
    pub async fn count(&mut self, sql: Sql) -> Result<u32, PortError> {
        let row = answered(sql.fetch_one(self.open.connection()?)).await?;
        let count: i64 = row.try_get(0).map_err(port)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Commits, with what it leaves in the events.
    pub async fn commit(mut self, noted: impl Into<Noted>) -> Result<(), PortError> {
        let Noted::Event(event) = noted.into() else {
            return self.end().await;
        };
        let completes = matches!(event.outcome, Outcome::Succeeded | Outcome::Owed);
        let mut attempts = self.scope.attempts();
        attempts.truncate(if completes { attempts.len() } else { 0 });
        let last = attempts.pop();
        for id in attempts {
            self.take_back(id).await?;
        }
        if !self.came_right(last, &event).await? {
            self.insert(&event, 0).await?;
        }
        let scope = self.scope.clone();
        self.end().await?;
        if completes {
            scope.change(Vec::clear);
        }
        Ok(())
    }

    /// Commits an attempt that was counted and is to be judged. What nobody completes has failed; `Events::settle` says so at once.
    pub async fn commit_attempt(mut self, event: Event) -> Result<(), PortError> {
        let open_until = self.scope.origin.at.plus(OPEN).millis();
        let id = self.insert(&event, open_until).await?;
        let scope = self.scope.clone();
        self.end().await?;
        scope.change(|attempts| attempts.push(id));
        Ok(())
    }

    /// Commits something that anybody can cause again and again: within a minute it is one row with a count.
    pub async fn commit_repeated(mut self, event: Event) -> Result<(), PortError> {
        let minute = self.scope.origin.at.millis().div_euclid(REPEATS_MILLIS);
        let repeats = repeats(&self.scope.origin, &event, minute);
        let ends = Timestamp::from_millis((minute + 1).saturating_mul(REPEATS_MILLIS)).plus(OPEN);
        let sql = format!(
            "{INSERT} ON CONFLICT (repeats) DO UPDATE SET times = security_events.times + 1 WHERE security_events.seq IS NULL"
        );
        let sql = bound(sql, &self.scope.origin, &event, ends.millis()).bind(repeats);
        self.run(sql).await?;
        self.end().await
    }

    /// Says how the last counted attempt ended, unless it is sealed already. The ones before it were right, or nobody would have gone on:
    /// together they are one event.
    pub async fn settle_attempts(mut self, outcome: Outcome) -> Result<(), PortError> {
        let mut attempts = self.scope.attempts();
        let last = attempts.pop();
        for id in attempts {
            self.take_back(id).await?;
        }
        let settle = "UPDATE security_events SET outcome = $2, open_until = 0 WHERE id = $1 AND COALESCE(seq, 0) = 0";
        self.run(query(settle).bind(last).bind(outcome.as_str()))
            .await?;
        let scope = self.scope.clone();
        self.end().await?;
        scope.change(Vec::clear);
        Ok(())
    }

    /// Makes a counted attempt the event that it turned out to be; false without one, or where it is sealed already.
    async fn came_right(&mut self, id: Option<i64>, event: &Event) -> Result<bool, PortError> {
        let Some(id) = id else { return Ok(false) };
        let came_right = bound(UPDATE.to_owned(), &self.scope.origin, event, 0).bind(id);
        Ok(self.run(came_right).await? == 1)
    }

    async fn take_back(&mut self, id: i64) -> Result<(), PortError> {
        let counted =
            query("DELETE FROM security_events WHERE id = $1 AND COALESCE(seq, 0) = 0").bind(id);
        self.run(counted).await.map(drop)
    }

    /// Commits what was done whole; undoes the rest.
    pub async fn keep(self, done: bool, noted: impl Into<Noted>) -> Result<bool, PortError> {
        if !done {
            return self.undo(false).await;
        }
        self.commit(noted).await?;
        Ok(true)
    }

    /// Commits what was taken whole; undoes the rest.
    pub async fn settle(self, taken: Taken, noted: impl Into<Noted>) -> Result<Taken, PortError> {
        self.keep(taken == Taken::Taken, noted).await?;
        Ok(taken)
    }

    /// Commits the one row that a change to somebody's place was to touch.
    pub async fn change(
        self,
        rows: u64,
        noted: impl Into<Noted>,
    ) -> Result<MembershipChange, PortError> {
        Ok(if self.keep(rows == 1, noted).await? {
            MembershipChange::Done
        } else {
            MembershipChange::NotThere
        })
    }

    /// Undoes everything and gives the connection back before the answer goes out.
    pub async fn undo<T>(self, answer: T) -> Result<T, PortError> {
        match self.open {
            Open::Alone(transaction) => answered(transaction.rollback()).await?,
            Open::Turn(turn) => turn.undo().await?,
        }
        Ok(answer)
    }

    async fn insert(&mut self, event: &Event, open_until: i64) -> Result<i64, PortError> {
        let sql = bound(
            format!("{INSERT} RETURNING id"),
            &self.scope.origin,
            event,
            open_until,
        )
        .bind(None::<String>);
        let row = answered(sql.fetch_one(self.open.connection()?)).await?;
        row.try_get(0).map_err(port)
    }

    async fn end(self) -> Result<(), PortError> {
        match self.open {
            Open::Alone(transaction) => answered(transaction.commit()).await,
            Open::Turn(turn) => turn.commit().await,
        }
    }
}

const INSERT: &str = "
    INSERT INTO security_events (at, actor, subject, account, action, outcome, method, email_index, detail, times, address, browser,
                                 open_until, repeats)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13)";

/// With the numbers of [`INSERT`]. That a row is not sealed is said so that nobody takes the index of those that wait for a shorter way than
/// the row's number: a server believes it to be empty, and would read all of it each time.
const UPDATE: &str = "
    UPDATE security_events
    SET at = $1, actor = $2, subject = $3, account = $4, action = $5, outcome = $6, method = $7, email_index = $8, detail = $9,
        address = $10, browser = $11, open_until = $12
    WHERE id = $13 AND COALESCE(seq, 0) = 0";

/// Binds all but `$13`.
fn bound(sql: String, origin: &Origin, event: &Event, open_until: i64) -> Sql {
    let by = event.by.as_ref().map(|user| user.as_str().to_owned());
    let sql: Sql = query(sqlx::AssertSqlSafe(sql))
        .bind(origin.at.millis())
        .bind(by.unwrap_or_else(|| origin.actor.as_str().to_owned()))
        .bind(event.subject.as_ref().map(|user| user.as_str().to_owned()))
        .bind(
            event
                .account
                .as_ref()
                .map(|account| account.as_str().to_owned()),
        );
    sql.bind(event.action.as_str())
        .bind(event.outcome.as_str())
        .bind(event.method.map(domain::events::MethodKind::as_str))
        .bind(event.email.map(|index| index.as_bytes().to_vec()))
        .bind(event.detail.clone())
        .bind(origin.address.map(|address| address.to_string()))
        .bind(origin.browser.clone())
        .bind(open_until)
}

/// What makes two events the same: what, about whom, from which session or address, in which minute.
fn repeats(origin: &Origin, event: &Event, minute: i64) -> String {
    let whence = match (&origin.session, origin.address) {
        (Some(session), _) => session.to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => origin.actor.as_str().to_owned(),
    };
    let email = event.email.map(|index| format!("{:x?}", index.as_bytes()));
    let email = email.unwrap_or_default();
    let subject = event.subject.as_ref().map_or("", |user| user.as_str());
    let detail = event.detail.as_deref().unwrap_or_default();
    format!(
        "{minute}|{}|{}|{whence}|{subject}|{email}|{detail}",
        event.action, event.outcome
    )
}
