//! The origin of a request's writes, and the attempts that the request has counted.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    events::{Action, Actor, Origin, Outcome},
    time::Timestamp,
};

use crate::engine::transaction::strangers::Strangers;

/// The origin of the writes, and the counted but not completed attempts in order.
#[derive(Clone)]
pub struct WriteScope {
    pub origin: Arc<Origin>,
    /// This server's memory, shared by all requests.
    pub strangers: Arc<Strangers>,
    attempts: Arc<Mutex<Vec<Attempt>>>,
}

impl WriteScope {
    pub fn new(origin: Origin, strangers: Arc<Strangers>) -> Self {
        Self {
            origin: Arc::new(origin),
            strangers,
            attempts: Arc::default(),
        }
    }

    /// The scope of a store outside a request: housekeeping.
    pub fn none() -> Self {
        let here = Origin::here(Actor::System, Timestamp::default());
        Self::new(here, Arc::default())
    }

    /// The action that the request tries, or `otherwise` if it names none.
    pub fn trying(&self, otherwise: Action) -> Action {
        self.origin.trying.unwrap_or(otherwise)
    }

    pub fn attempts(&self) -> Vec<Attempt> {
        let attempts = self.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether any attempt has a row that can be settled.
    pub fn has_rows(&self) -> bool {
        self.attempts()
            .into_iter()
            .any(|attempt| attempt.row().is_some())
    }

    /// All attempts succeeded, so they are removed from the merged failures and their budget is returned.
    pub fn came_right(&self) {
        self.change(|attempts| {
            let mut budget = self.strangers.budget();
            for attempt in attempts.drain(..) {
                match attempt {
                    Attempt::Merged(action) => budget.withdraw(action, Outcome::Failed),
                    Attempt::Metered(_) => budget.judged.give_back(),
                    Attempt::Row(_) | Attempt::Repeated => {}
                }
            }
        });
    }

    /// The last attempt ended with `outcome`, and those before it succeeded.
    pub fn settled(&self, outcome: Outcome) {
        let mut last = None;
        self.change(|attempts| last = attempts.pop());
        self.came_right();
        if let Some(Attempt::Merged(action)) = last {
            let mut budget = self.strangers.budget();
            budget.withdraw(action, Outcome::Failed);
            budget.merge(action, outcome);
        }
    }

    pub fn change(&self, change: impl FnOnce(&mut Vec<Attempt>)) {
        let attempts = self.attempts.lock();
        change(&mut attempts.unwrap_or_else(PoisonError::into_inner));
    }
}

/// How a counted attempt is recorded.
#[derive(Clone, Copy)]
pub enum Attempt {
    /// In a row of its own, with this id.
    Row(i64),
    /// Like [`Self::Row`], but a stranger's, whose rows are limited by a budget.
    Metered(i64),
    /// In a merged row, kept in memory until it is written.
    Merged(Action),
    /// In a row that counts one minute.
    Repeated,
}

impl Attempt {
    pub const fn row(self) -> Option<i64> {
        match self {
            Self::Row(id) | Self::Metered(id) => Some(id),
            Self::Merged(_) | Self::Repeated => None,
        }
    }
}
