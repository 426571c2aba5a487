//! The attempts that one request has counted, and how each of them is recorded.
//!
//! An attempt is counted before it is judged, and its event is written as failed. What the request
//! does next decides about that event: the completed action replaces it
//! ([`AttemptLog::add_completed_event`]), the refusal sets its outcome
//! ([`AttemptLog::commit_outcome`]), and an attempt that costs nothing merges it
//! ([`AttemptLog::commit_returned`]). An attempt that is never decided stays failed.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    events::{Action, Event, Origin, Outcome},
    ports::PortError,
};

use crate::engine::{
    batch::{Batch, BatchResults, StatementHandle},
    event_rows,
    rows::Values,
    statement::Statement,
    transaction::{EventNote, WriteTransaction, strangers::Strangers},
};

/// The counted but not completed attempts of one request, in order.
#[derive(Clone)]
pub struct AttemptLog {
    origin: Arc<Origin>,
    strangers: Arc<Strangers>,
    attempts: Arc<Mutex<Vec<Attempt>>>,
}

/// How a counted attempt is recorded.
#[derive(Clone, Copy)]
pub enum Attempt {
    /// In a row of its own, with this id.
    Row(i64),
    /// Like [`Self::Row`], but a stranger's, whose rows are limited by a budget.
    StrangerRow(i64),
    /// In a merged row, kept in memory until it is written.
    Merged(Action),
    /// In a row that counts one minute.
    Repeated,
}

impl Attempt {
    const fn row(self) -> Option<i64> {
        match self {
            Self::Row(id) | Self::StrangerRow(id) => Some(id),
            Self::Merged(_) | Self::Repeated => None,
        }
    }
}

impl AttemptLog {
    /// An empty log of a request.
    pub fn new(origin: Arc<Origin>, strangers: Arc<Strangers>) -> Self {
        Self {
            origin,
            strangers,
            attempts: Arc::default(),
        }
    }

    /// Whether the request has counted no attempt.
    pub fn is_empty(&self) -> bool {
        self.attempts().is_empty()
    }

    /// Whether any attempt has a row of its own.
    pub fn has_rows(&self) -> bool {
        self.attempts().into_iter().any(|one| one.row().is_some())
    }

    /// Runs the statements that count an attempt, and inserts its event as failed. The attempt
    /// counts once [`Self::commit_attempt`] has committed it.
    pub async fn run_attempt(
        &self,
        write: &mut WriteTransaction,
        mut batch: Batch,
        event: &Event,
    ) -> Result<(BatchResults, Attempt), PortError> {
        let insert = batch.add(event_rows::insert_open_statement(&self.origin, event));
        let results = write.run_batch(batch).await?;
        let id = results[insert].first_row()?.number("id")?;
        Ok((results, Attempt::Row(id)))
    }

    /// Like [`Self::run_attempt`], but for a stranger, whose event has a row of its own only while
    /// the budget of rows lasts. Beyond the budget the attempt still counts, and its event merges.
    pub async fn run_stranger_attempt(
        &self,
        write: &mut WriteTransaction,
        batch: Batch,
        event: &Event,
    ) -> Result<(BatchResults, Attempt), PortError> {
        if !self.strangers.budget().judged.take(self.origin.at) {
            return Ok((write.run_batch(batch).await?, Attempt::Merged(event.action)));
        }
        let (results, attempt) = self.run_attempt(write, batch, event).await?;
        Ok((results, attempt.row().map_or(attempt, Attempt::StrangerRow)))
    }

    /// Returns what an attempt took of the budget of rows, because it is not committed.
    pub fn release_row(&self, attempt: Attempt) {
        if let Attempt::StrangerRow(_) = attempt {
            self.strangers.budget().judged.give_back();
        }
    }

    /// Commits an attempt whose outcome is still open.
    pub async fn commit_attempt(
        &self,
        write: WriteTransaction,
        attempt: Attempt,
    ) -> Result<(), PortError> {
        write.commit(EventNote::Nothing).await?;
        if let Attempt::Merged(action) = attempt {
            // Counted from now on, like a row would be, whatever ends the request.
            self.strangers.budget().merge(action, Outcome::Failed);
        }
        self.change(|attempts| attempts.push(attempt));
        Ok(())
    }

    /// Commits that the last attempt was given back. Any client can repeat that at will, so its
    /// event is one row per minute.
    pub async fn commit_returned(
        &self,
        mut write: WriteTransaction,
        event: Event,
    ) -> Result<(), PortError> {
        let last = self.attempts().pop();
        if let Some(id) = last.and_then(Attempt::row) {
            write.run(event_rows::delete_statement(id)).await?;
        }
        write.commit(EventNote::Repeated(event)).await?;
        self.change(|attempts| {
            attempts.pop();
            attempts.push(Attempt::Repeated);
        });
        Ok(())
    }

    /// Commits the outcome of the last attempt, unless its row is sealed already. The attempts
    /// before it succeeded, or the request would have stopped there; together they are one event.
    pub async fn commit_outcome(
        &self,
        mut write: WriteTransaction,
        outcome: Outcome,
    ) -> Result<(), PortError> {
        let mut attempts = self.attempts();
        let last = attempts.pop().and_then(Attempt::row);
        let mut batch = Batch::default();
        batch.add_all(delete_statements(attempts));
        batch.add_all(last.map(|id| event_rows::set_outcome_statement(id, outcome)));
        write.run_batch(batch).await?;
        write.commit(EventNote::Nothing).await?;
        self.set_outcome(outcome);
        Ok(())
    }

    /// Ends the attempts in memory: the last one with `outcome`, those before it with success.
    pub fn set_outcome(&self, outcome: Outcome) {
        let mut last = None;
        self.change(|attempts| last = attempts.pop());
        self.set_succeeded();
        if let Some(Attempt::Merged(action)) = last {
            let mut budget = self.strangers.budget();
            budget.withdraw(action, Outcome::Failed);
            budget.merge(action, outcome);
        }
    }

    /// Ends the attempts in memory with success: they leave the merged failures, and what their
    /// rows took of the budget is returned.
    pub(super) fn set_succeeded(&self) {
        self.change(|attempts| {
            let mut budget = self.strangers.budget();
            for attempt in attempts.drain(..) {
                match attempt {
                    Attempt::Merged(action) => budget.withdraw(action, Outcome::Failed),
                    Attempt::StrangerRow(_) => budget.judged.give_back(),
                    Attempt::Row(_) | Attempt::Repeated => {}
                }
            }
        });
    }

    /// Adds the statements that record the event of a completed action. It takes the row of the
    /// last attempt, and the rows of the attempts before it are deleted. The returned statement
    /// changes no row if that row is sealed already.
    pub(super) fn add_completed_event(&self, batch: &mut Batch, event: &Event) -> StatementHandle {
        let mut attempts = self.attempts();
        let last = attempts.pop().and_then(Attempt::row);
        batch.add_all(delete_statements(attempts));
        batch.add(match last {
            Some(id) => event_rows::update_statement(&self.origin, event, id),
            None => event_rows::insert_statement(&self.origin, event),
        })
    }

    fn attempts(&self) -> Vec<Attempt> {
        let attempts = self.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Attempt>)) {
        let attempts = self.attempts.lock();
        change(&mut attempts.unwrap_or_else(PoisonError::into_inner));
    }
}

fn delete_statements(attempts: Vec<Attempt>) -> impl Iterator<Item = Statement> {
    let rows = attempts.into_iter().filter_map(Attempt::row);
    rows.map(event_rows::delete_statement)
}
