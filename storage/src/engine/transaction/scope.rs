//! What all writes of one request share.

use std::sync::Arc;

use domain::{
    events::{Action, Actor, Origin},
    time::Timestamp,
};

use crate::engine::transaction::{attempt_log::AttemptLog, strangers::Strangers};

/// The origin of a request's writes, and the attempts that it has counted.
#[derive(Clone)]
pub struct WriteScope {
    pub origin: Arc<Origin>,
    /// This server's memory, shared by all requests.
    pub strangers: Arc<Strangers>,
    pub attempts: AttemptLog,
}

impl WriteScope {
    pub fn new(origin: Origin, strangers: Arc<Strangers>) -> Self {
        let origin = Arc::new(origin);
        Self {
            attempts: AttemptLog::new(Arc::clone(&origin), Arc::clone(&strangers)),
            origin,
            strangers,
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
}
