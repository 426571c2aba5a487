//! Write transactions. Each commit names its security event, which is written in the same transaction, or states that there is none.

pub(crate) mod scope;
pub(crate) mod strangers;

use std::time::Duration;

use domain::{
    events::{Event, Outcome},
    ports::{MembershipChange, PortError, Taken},
    time::Timestamp,
};
use sqlx::{Any, Row, Transaction, any::AnyRow, query};

use crate::engine::{
    batch::{self, StatementResult},
    connect::{Sql, answered},
    error::port,
    event_rows::{INSERT, UPDATE, bound, repeats},
    group_commit::GroupMember,
    transaction::scope::{Attempt, WriteScope},
};

/// How long an event's row may still change: longer than the longest request.
const OPEN: Duration = Duration::from_secs(35);
/// Repetitions within this time are counted in one row.
const REPEATS_MILLIS: i64 = 60_000;

/// What a transaction records as a security event.
#[derive(Debug)]
pub enum EventNote {
    /// This event. Replaces the attempt that the request counted, if any, so that a successful attempt is one event, not two.
    Event(Event),
    /// This event, which an open session can repeat at will: one row per minute, with a count.
    Repeated(Event),
    /// No event, because the change grants or revokes nothing, or because another transaction records it.
    Nothing,
}

impl From<Event> for EventNote {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

/// What remains to be done at the commit to record the event.
pub struct CommitNote {
    /// The event, if no row holds it yet.
    event: Option<Event>,
    completes: bool,
}

/// A transaction that writes. Dropping it before the commit rolls it back.
pub struct WriteTransaction {
    open: Open,
    scope: WriteScope,
}

/// The connection of a transaction.
pub enum Open {
    /// A connection of its own.
    Alone(Transaction<'static, Any>),
    /// The shared writing connection. The transaction waits for its turn with its first statements.
    GroupMember(GroupMember),
}

impl WriteTransaction {
    pub const fn new(open: Open, scope: WriteScope) -> Self {
        Self { open, scope }
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn run(&mut self, sql: Sql) -> Result<u64, PortError> {
        Ok(self.run_for_result(sql).await?.changed)
    }

    /// The first row of a statement.
    pub async fn row(&mut self, sql: Sql) -> Result<Option<AnyRow>, PortError> {
        Ok(self.rows(sql).await?.into_iter().next())
    }

    pub async fn rows(&mut self, sql: Sql) -> Result<Vec<AnyRow>, PortError> {
        Ok(self.run_for_result(sql).await?.rows)
    }

    /// Runs a statement that counts rows.
    pub async fn count(&mut self, sql: Sql) -> Result<u32, PortError> {
        let row = self.row(sql).await?;
        let row = row.ok_or_else(|| port(sqlx::Error::RowNotFound))?;
        let count: i64 = row.try_get(0).map_err(port)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn run_for_result(&mut self, sql: Sql) -> Result<StatementResult, PortError> {
        let ran = self.run_all(vec![sql]).await?;
        Ok(ran.into_iter().next().unwrap_or_default())
    }

    /// Runs statements in order, without waiting for one before sending the next. No statement may
    /// depend on the result of another. If one result is wrong, the caller rolls back all.
    pub async fn run_all(
        &mut self,
        statements: Vec<Sql>,
    ) -> Result<Vec<StatementResult>, PortError> {
        match &mut self.open {
            Open::Alone(transaction) => answered(batch::one_by_one(transaction, statements)).await,
            Open::GroupMember(member) => answered(member.run(statements)).await,
        }
    }

    /// Runs statements followed by those that record the event; [`Self::commit_told`] commits them.
    pub async fn run_as(
        &mut self,
        mut statements: Vec<Sql>,
        event: Event,
    ) -> Result<(Vec<StatementResult>, CommitNote), PortError> {
        let completes = matches!(event.outcome, Outcome::Succeeded | Outcome::Owed);
        let mut attempts = self.scope.attempts();
        attempts.truncate(if completes { attempts.len() } else { 0 });
        let last = attempts.pop().and_then(Attempt::row);
        statements.extend(attempts.into_iter().filter_map(Attempt::row).map(take_back));
        let origin = &self.scope.origin;
        statements.push(match last {
            Some(id) => bound(UPDATE.to_owned(), origin, &event, 0).bind(id),
            None => bound(INSERT.to_owned(), origin, &event, 0).bind(None::<String>),
        });
        let ran = self.run_all(statements).await?;
        let is_there = ran.last().is_some_and(|last| last.changed == 1);
        let told = CommitNote {
            event: (!is_there).then_some(event),
            completes,
        };
        Ok((ran, told))
    }

    /// Commits what [`Self::run_as`] recorded.
    pub async fn commit_told(mut self, told: CommitNote) -> Result<(), PortError> {
        if let Some(event) = told.event {
            // The attempt is sealed already, so its outcome becomes a separate event.
            self.insert(&event, 0).await?;
        }
        let scope = self.scope.clone();
        self.end().await?;
        if told.completes {
            scope.came_right();
        }
        Ok(())
    }

    /// Commits if `done`, otherwise rolls back.
    pub async fn keep_told(self, done: bool, told: CommitNote) -> Result<bool, PortError> {
        if !done {
            return self.undo(false).await;
        }
        self.commit_told(told).await?;
        Ok(true)
    }

    /// Commits together with the event.
    pub async fn commit(mut self, noted: impl Into<EventNote>) -> Result<(), PortError> {
        let event = match noted.into() {
            EventNote::Event(event) => event,
            EventNote::Repeated(event) => return self.commit_repeated(event).await,
            EventNote::Nothing => return self.end().await,
        };
        let (_, told) = self.run_as(Vec::new(), event).await?;
        self.commit_told(told).await
    }

    /// Runs statements that count an attempt, followed by its event; [`Self::commit_attempt`] commits them.
    pub async fn run_as_attempt(
        &mut self,
        mut statements: Vec<Sql>,
        event: &Event,
    ) -> Result<(Vec<StatementResult>, Attempt), PortError> {
        let open_until = self.scope.origin.at.plus(OPEN).millis();
        statements.push(self.inserting(event, open_until));
        let ran = self.run_all(statements).await?;
        let row = ran.last().and_then(|last| last.rows.first());
        let row = row.ok_or_else(|| port(sqlx::Error::RowNotFound))?;
        let id = row.try_get(0).map_err(port)?;
        Ok((ran, Attempt::Row(id)))
    }

    /// Like [`Self::run_as_attempt`], but for a stranger, while the budget of rows lasts. Beyond
    /// the budget the attempt still counts, and is recorded in a merged row.
    pub async fn run_as_strangers_attempt(
        &mut self,
        statements: Vec<Sql>,
        event: &Event,
    ) -> Result<(Vec<StatementResult>, Attempt), PortError> {
        let now = self.scope.origin.at;
        if !self.scope.strangers.budget().judged.take(now) {
            let ran = self.run_all(statements).await?;
            return Ok((ran, Attempt::Merged(event.action)));
        }
        let (ran, attempt) = self.run_as_attempt(statements, event).await?;
        Ok((ran, attempt.row().map_or(attempt, Attempt::Metered)))
    }

    /// Returns the budget of an attempt that is not committed.
    pub fn give_back(&self, attempt: &Attempt) {
        if let Attempt::Metered(_) = attempt {
            self.scope.strangers.budget().judged.give_back();
        }
    }

    /// Commits an attempt whose outcome is still open. An attempt that is never completed counts as failed; `Events::settle` records that at once.
    pub async fn commit_attempt(self, attempt: Attempt) -> Result<(), PortError> {
        let scope = self.scope.clone();
        self.end().await?;
        if let Attempt::Merged(action) = attempt {
            // Counted from now on, like a row would be, whatever ends the request.
            scope.strangers.budget().merge(action, Outcome::Failed);
        }
        scope.change(|attempts| attempts.push(attempt));
        Ok(())
    }

    /// Commits an event that any client can repeat at will: one row per minute, with a count.
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

    /// Commits that the last counted attempt was given back. Any client can repeat that at will, so it is one row per minute.
    pub async fn commit_repeated_attempt(mut self, event: Event) -> Result<(), PortError> {
        let last = self.scope.attempts().pop();
        if let Some(id) = last.and_then(Attempt::row) {
            self.run(take_back(id)).await?;
        }
        let scope = self.scope.clone();
        self.commit_repeated(event).await?;
        scope.change(|attempts| {
            attempts.pop();
            attempts.push(Attempt::Repeated);
        });
        Ok(())
    }

    /// Records the outcome of the last counted attempt, unless it is sealed already. The attempts
    /// before it succeeded, or the request would have stopped there; together they are one event.
    pub async fn settle_attempts(mut self, outcome: Outcome) -> Result<(), PortError> {
        let mut attempts = self.scope.attempts();
        let last = attempts.pop().and_then(Attempt::row);
        let attempts = attempts.into_iter().filter_map(Attempt::row);
        let settle = "UPDATE security_events SET outcome = $2, open_until = 0 WHERE id = $1 AND COALESCE(seq, 0) = 0";
        let settle = query(settle).bind(last).bind(outcome.as_str());
        let statements = attempts.map(take_back).chain([settle]);
        self.run_all(statements.collect()).await?;
        let scope = self.scope.clone();
        self.end().await?;
        scope.settled(outcome);
        Ok(())
    }

    /// Commits if `done`, otherwise rolls back.
    pub async fn keep(self, done: bool, noted: impl Into<EventNote>) -> Result<bool, PortError> {
        if !done {
            return self.undo(false).await;
        }
        self.commit(noted).await?;
        Ok(true)
    }

    /// Commits if `taken` is [`Taken::Taken`], otherwise rolls back.
    pub async fn settle(
        self,
        taken: Taken,
        noted: impl Into<EventNote>,
    ) -> Result<Taken, PortError> {
        self.keep(taken == Taken::Taken, noted).await?;
        Ok(taken)
    }

    /// Commits if the change to a membership touched exactly one row.
    pub async fn change(
        self,
        rows: u64,
        noted: impl Into<EventNote>,
    ) -> Result<MembershipChange, PortError> {
        Ok(if self.keep(rows == 1, noted).await? {
            MembershipChange::Done
        } else {
            MembershipChange::NotThere
        })
    }

    /// Rolls back, and releases the connection before the answer is sent.
    pub async fn undo<T>(self, answer: T) -> Result<T, PortError> {
        match self.open {
            Open::Alone(transaction) => answered(transaction.rollback()).await?,
            Open::GroupMember(member) => member.undo().await?,
        }
        Ok(answer)
    }

    async fn insert(&mut self, event: &Event, open_until: i64) -> Result<(), PortError> {
        let sql = self.inserting(event, open_until);
        self.run(sql).await.map(drop)
    }

    fn inserting(&self, event: &Event, open_until: i64) -> Sql {
        let sql = format!("{INSERT} RETURNING id");
        bound(sql, &self.scope.origin, event, open_until).bind(None::<String>)
    }

    async fn end(self) -> Result<(), PortError> {
        match self.open {
            Open::Alone(transaction) => answered(transaction.commit()).await,
            Open::GroupMember(member) => member.commit().await,
        }
    }
}

/// Deletes a successful attempt's row, because the event of the completed action replaces it.
fn take_back(id: i64) -> Sql {
    query("DELETE FROM security_events WHERE id = $1 AND COALESCE(seq, 0) = 0").bind(id)
}
