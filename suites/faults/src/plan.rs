//! A fault, and its result.

use crate::engine::{DurablePostgres, TestedEngine};

/// The parameters of a run.
pub struct FaultRun {
    /// Runs only the quick part, which belongs to every `cargo xtask test`.
    pub quick: bool,
    /// The random seed; the same seed repeats the same run.
    pub seed: u64,
    /// The number of kills in the full run.
    pub kills: usize,
    /// Minutes of the soak; zero skips it.
    pub soak: u64,
    /// The `PostgreSQL` server.
    pub cluster: Option<DurablePostgres>,
}

impl FaultRun {
    /// The number for the part that runs.
    pub const fn of(&self, quick: usize, full: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// The `PostgreSQL` server; panics if there is none.
    pub fn cluster(&self) -> &DurablePostgres {
        self.cluster
            .as_ref()
            .expect("no PostgreSQL server: `cargo xtask faults` starts one")
    }
}

/// What was done; nothing panicked, so all promises held.
pub struct FaultOutcome {
    pub what: String,
    pub times: usize,
    pub figures: String,
}

impl FaultOutcome {
    /// The fault can't be caused on this machine.
    pub fn impossible(why: &str) -> Self {
        Self {
            what: String::new(),
            times: 0,
            figures: why.to_owned(),
        }
    }
}

/// How a fault is tested on an engine.
pub enum FaultPlan {
    /// In the quick and the full run.
    Try(fn(&FaultRun) -> FaultOutcome),
    /// Only in the full run.
    TryFully(fn(&FaultRun) -> FaultOutcome),
    /// Another suite tests it: the file, and a text that identifies the test there.
    Elsewhere(&'static str, &'static str),
    /// Not tested, with the reason.
    NotRun(&'static str),
}

/// One fault of the list.
pub struct FaultCase {
    pub id: &'static str,
    pub engine: Option<TestedEngine>,
    pub plan: FaultPlan,
}

impl FaultCase {
    /// A fault on one engine.
    pub const fn on(engine: TestedEngine, id: &'static str, plan: FaultPlan) -> Self {
        Self {
            id,
            engine: Some(engine),
            plan,
        }
    }

    /// A fault on any engine.
    pub const fn on_any(id: &'static str, plan: FaultPlan) -> Self {
        Self {
            id,
            engine: None,
            plan,
        }
    }

    /// The engine's name in the report.
    pub const fn engine_name(&self) -> &'static str {
        match self.engine {
            Some(engine) => engine.name(),
            None => "both",
        }
    }
}

/// Panics with the broken promises, if there are any.
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
