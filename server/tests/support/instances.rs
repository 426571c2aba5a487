//! One server, or several that share a database: requests go to each in turn, as from a load
//! balancer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::Router;

/// The routers of the servers.
#[derive(Clone)]
pub struct Instances {
    routers: Arc<[Router]>,
    turn: Arc<AtomicUsize>,
}

impl Instances {
    /// Takes at least one router.
    pub fn new(routers: Vec<Router>) -> Self {
        assert!(!routers.is_empty());
        Self {
            routers: routers.into(),
            turn: Arc::default(),
        }
    }

    /// Returns the next router in turn.
    pub fn next(&self) -> Router {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.routers[turn % self.routers.len()].clone()
    }
}
