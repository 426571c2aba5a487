//! Write transactions. A write ends in one of three ways: [`WriteTransaction::commit`],
//! [`WriteTransaction::commit_if`] or [`WriteTransaction::rollback`]. Each commit names its
//! security event, which is written in the same transaction, or states that there is none.

pub(crate) mod attempt_log;
pub(crate) mod scope;
pub(crate) mod strangers;

use domain::{
    events::{Event, Outcome},
    ports::PortError,
};
use sqlx::{Any, Row, Transaction, any::AnyRow};

use crate::engine::{
    batch::{Batch, BatchResults, StatementResult, run_one_by_one},
    connect::answered,
    error::port,
    event_rows,
    group_commit::GroupMember,
    statement::Statement,
    transaction::scope::WriteScope,
};

/// What a transaction records as a security event.
pub enum EventNote {
    /// This event. A successful one replaces the attempts that the request counted, so that a
    /// successful attempt is one event, not two.
    Event(Event),
    /// This event, which a client can repeat at will: one row per minute, with a count.
    Repeated(Event),
    /// The event that [`WriteTransaction::run_batch_with_event`] has recorded already.
    Recorded(RecordedEvent),
    /// No event, because the change grants or revokes nothing, or because another transaction
    /// records it.
    Nothing,
}

impl From<Event> for EventNote {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl From<RecordedEvent> for EventNote {
    fn from(recorded: RecordedEvent) -> Self {
        Self::Recorded(recorded)
    }
}

/// An event that was sent together with other statements, and what its commit still has to do.
pub struct RecordedEvent {
    /// The event, if no row holds it yet.
    missing: Option<Event>,
    completes: bool,
}

/// A transaction that writes. Dropping it before the commit rolls it back.
pub struct WriteTransaction {
    open: TransactionConnection,
    scope: WriteScope,
}

/// The connection of a transaction.
pub enum TransactionConnection {
    /// A connection of its own.
    Alone(Transaction<'static, Any>),
    /// The shared writing connection. The transaction waits for its turn with its first statements.
    GroupMember(GroupMember),
}

impl WriteTransaction {
    pub const fn new(open: TransactionConnection, scope: WriteScope) -> Self {
        Self { open, scope }
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn run(&mut self, statement: Statement) -> Result<u64, PortError> {
        Ok(self.run_single(statement).await?.changed)
    }

    /// The first row of a statement.
    pub async fn row(&mut self, statement: Statement) -> Result<Option<AnyRow>, PortError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }

    pub async fn rows(&mut self, statement: Statement) -> Result<Vec<AnyRow>, PortError> {
        Ok(self.run_single(statement).await?.rows)
    }

    /// Runs a statement that counts rows.
    pub async fn count(&mut self, statement: Statement) -> Result<u32, PortError> {
        let result = self.run_single(statement).await?;
        let count: i64 = result.first_row()?.try_get(0).map_err(port)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn run_single(&mut self, statement: Statement) -> Result<StatementResult, PortError> {
        let batch = [statement].into_iter().collect();
        Ok(self.run_batch(batch).await?.into_single())
    }

    /// Runs the statements of a batch in order, without waiting for one before sending the next. If
    /// one result is wrong, the caller rolls back all.
    pub async fn run_batch(&mut self, batch: Batch) -> Result<BatchResults, PortError> {
        match &mut self.open {
            TransactionConnection::Alone(transaction) => {
                answered(run_one_by_one(transaction, batch)).await
            }
            TransactionConnection::GroupMember(member) => answered(member.run(batch)).await,
        }
    }

    /// Runs the statements of a batch together with those that record `event`. The transaction
    /// then ends with the returned event.
    pub async fn run_batch_with_event(
        &mut self,
        mut batch: Batch,
        event: Event,
    ) -> Result<(BatchResults, RecordedEvent), PortError> {
        let completes = matches!(event.outcome, Outcome::Succeeded | Outcome::Owed);
        let record = if completes {
            self.scope.attempts.add_completed_event(&mut batch, &event)
        } else {
            batch.add(event_rows::insert_statement(&self.scope.origin, &event))
        };
        let results = self.run_batch(batch).await?;
        let is_recorded = results[record].changed == 1;
        let recorded = RecordedEvent {
            missing: (!is_recorded).then_some(event),
            completes,
        };
        Ok((results, recorded))
    }

    /// A statement that records an event, for a transaction of several events. The transaction then
    /// ends with [`EventNote::Nothing`].
    pub fn event_statement(&self, event: &Event) -> Statement {
        event_rows::insert_statement(&self.scope.origin, event)
    }

    /// Commits together with the event.
    pub async fn commit(mut self, event: impl Into<EventNote>) -> Result<(), PortError> {
        let recorded = match event.into() {
            EventNote::Nothing => return self.end().await,
            EventNote::Repeated(event) => {
                let origin = &self.scope.origin;
                let insert = event_rows::insert_repeated_statement(origin, &event);
                self.run(insert).await?;
                return self.end().await;
            }
            EventNote::Recorded(recorded) => recorded,
            EventNote::Event(event) => self.run_batch_with_event(Batch::default(), event).await?.1,
        };
        if let Some(event) = recorded.missing {
            // The row of the attempt is sealed already, so its outcome becomes a separate event.
            let insert = event_rows::insert_statement(&self.scope.origin, &event);
            self.run(insert).await?;
        }
        let attempts = self.scope.attempts.clone();
        self.end().await?;
        if recorded.completes {
            attempts.set_succeeded();
        }
        Ok(())
    }

    /// Commits together with the event if `condition` holds, otherwise rolls back.
    pub async fn commit_if(
        self,
        condition: bool,
        event: impl Into<EventNote>,
    ) -> Result<(), PortError> {
        if condition {
            self.commit(event).await
        } else {
            self.rollback().await
        }
    }

    /// Rolls back, and releases the connection before the answer is sent.
    pub async fn rollback(self) -> Result<(), PortError> {
        match self.open {
            TransactionConnection::Alone(transaction) => answered(transaction.rollback()).await,
            TransactionConnection::GroupMember(member) => member.rollback().await,
        }
    }

    async fn end(self) -> Result<(), PortError> {
        match self.open {
            TransactionConnection::Alone(transaction) => answered(transaction.commit()).await,
            TransactionConnection::GroupMember(member) => member.commit().await,
        }
    }
}
