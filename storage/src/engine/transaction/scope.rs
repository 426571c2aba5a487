//! Who writes within a request, and how the attempts are told that the request has counted.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    events::{Action, Actor, Origin, Outcome},
    time::Timestamp,
};

use crate::engine::transaction::strangers::Strangers;

/// Who writes, and the attempts that they have counted and not completed, in their order.
#[derive(Clone)]
pub struct WriteScope {
    pub origin: Arc<Origin>,
    /// What this server keeps in memory, for all who write.
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

    /// Of a store that was given no request: its own housekeeping.
    pub fn none() -> Self {
        let here = Origin::here(Actor::System, Timestamp::default());
        Self::new(here, Arc::default())
    }

    /// What the request tries; `otherwise` where it does not say.
    pub fn trying(&self, otherwise: Action) -> Action {
        self.origin.trying.unwrap_or(otherwise)
    }

    pub fn attempts(&self) -> Vec<Attempt> {
        let attempts = self.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether some attempt has a row that can be settled.
    pub fn has_rows(&self) -> bool {
        self.attempts()
            .into_iter()
            .any(|attempt| attempt.row().is_some())
    }

    /// All attempts came right: none of them failed, and none was a stranger's.
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

    /// The last attempt ended so, and those before it came right.
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

/// How an attempt is told that was counted.
#[derive(Clone, Copy)]
pub enum Attempt {
    /// By a row of its own, of this number.
    Row(i64),
    /// The same, of a stranger, whose rows are metered.
    Metered(i64),
    /// By the row that tells of many, in memory until it is written.
    Merged(Action),
    /// By the row that tells of a minute.
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
