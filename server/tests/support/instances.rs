//! One server, or several that share a database: requests go to each in turn, as a balancer sends them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::Router;

/// The routers.
#[derive(Clone)]
pub struct Instances {
    routers: Arc<[Router]>,
    turn: Arc<AtomicUsize>,
}

impl Instances {
    /// At least one.
    pub fn new(routers: Vec<Router>) -> Self {
        assert!(!routers.is_empty());
        Self {
            routers: routers.into(),
            turn: Arc::default(),
        }
    }

    /// The one whose turn it is.
    pub fn next(&self) -> Router {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.routers[turn % self.routers.len()].clone()
    }
}
