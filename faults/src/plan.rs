//! What a fault is, and what comes of it.

use crate::engine::{Cluster, Engine};

/// How it is to be run.
pub struct Run {
    /// The small part that belongs to every `cargo xtask test`.
    pub quick: bool,
    /// Where chance begins; the same seed does the same.
    pub seed: u64,
    /// How many kills in the full run.
    pub kills: usize,
    /// Minutes of the soak; none: it is left out.
    pub soak: u64,
    /// The server of the second engine.
    pub cluster: Option<Cluster>,
}

impl Run {
    /// The number that goes with the part that is run.
    pub const fn of(&self, quick: usize, full: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// The second engine's server.
    pub fn cluster(&self) -> &Cluster {
        self.cluster
            .as_ref()
            .expect("no PostgreSQL server: `cargo xtask faults` starts one")
    }
}

/// What was done and, as nothing panicked, held.
pub struct Held {
    pub what: String,
    pub times: usize,
    pub figures: String,
}

impl Held {
    /// It can't be done on this machine.
    pub fn impossible(why: &str) -> Self {
        Self {
            what: String::new(),
            times: 0,
            figures: why.to_owned(),
        }
    }
}

/// How an id is dealt with on an engine.
pub enum Plan {
    /// In both parts.
    Try(fn(&Run) -> Held),
    /// In the full run only.
    TryFully(fn(&Run) -> Held),
    /// Another suite shows it: the file, and a text that names the test there.
    Elsewhere(&'static str, &'static str),
    /// It can't be, or is not, tried: why.
    NotRun(&'static str),
}

/// One row.
pub struct Fault {
    pub id: &'static str,
    pub engine: Option<Engine>,
    pub plan: Plan,
}

impl Fault {
    /// On one engine.
    pub const fn on(engine: Engine, id: &'static str, plan: Plan) -> Self {
        Self {
            id,
            engine: Some(engine),
            plan,
        }
    }

    /// On whatever engine.
    pub const fn on_any(id: &'static str, plan: Plan) -> Self {
        Self {
            id,
            engine: None,
            plan,
        }
    }

    /// The engine's name.
    pub const fn engine_name(&self) -> &'static str {
        match self.engine {
            Some(engine) => engine.name(),
            None => "both",
        }
    }
}

/// Fails with everything that was broken, in words.
#[track_caller]
pub fn must_hold(broken: &[String], seed: u64) {
    let first: Vec<&str> = broken.iter().take(3).map(String::as_str).collect();
    assert!(
        broken.is_empty(),
        "{} broken (seed {seed}): {}",
        broken.len(),
        first.join(" / ")
    );
}
