//! The fault suite: the faults F1 to F24 of docs/FAULTS.md, done to the real binary.
//! `cargo xtask faults` starts what it needs; what came of each is printed as a table and written
//! to `target/faults.md`.
//!
//! Twenty scripted people act at once, by the tools of `testkit`. Each knows what was acknowledged
//! to them, and what every transaction of each of their requests writes (`facts`, `clients::acts`).
//! After a fault the database must hold for each person exactly what was acknowledged, or for the
//! one request without an answer what a whole number of its transactions made of it: codes,
//! counters, methods, rules and events alike. So an event without its effect is noticed, and an
//! effect without its event. Accepted codes are then tried again, and sessions must be what they
//! were. A lost page cache needs no machine that is switched off: strace tells every write, sync
//! and answer (`trace`), and at random instants a disk is built from what was synced and any
//! sectors of what was only written (`simulated_disk`), which SQLite opens and the same judge looks
//! at.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fault that can't be made should stop, and a row of the table says why"
)]

mod clients;
mod database;
mod engine;
mod facts;
mod faults;
mod linear_fit;
mod older;
mod plan;
mod probe;
mod report;
mod simulated_disk;
mod site;
mod tally;
mod trace;
mod watch;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
};

use clap::Parser;

use engine::{DurablePostgres, TestedEngine};
use plan::{FaultCase, FaultPlan, FaultRun};
use report::FaultRow;

/// Runs the faults and prints the results.
#[derive(Parser)]
struct FaultArguments {
    /// Only the small part that belongs to every test run
    #[arg(long)]
    quick: bool,
    /// Only this id, such as F4
    #[arg(long)]
    only: Option<String>,
    /// Only this engine: sqlite or postgres
    #[arg(long)]
    engine: Option<String>,
    /// Seed of all random choices
    #[arg(long, default_value_t = 20_260)]
    seed: u64,
    /// How many kills a full run has on each engine
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// Minutes of soak; 0 skips it
    #[arg(long, default_value_t = 0)]
    soak: u64,
}

fn main() -> ExitCode {
    let arguments = FaultArguments::parse();
    let run = FaultRun {
        quick: arguments.quick,
        seed: arguments.seed,
        kills: arguments.kills,
        soak: arguments.soak,
        cluster: DurablePostgres::from_environment(),
    };
    println!("Seed {}", run.seed);
    let rows: Vec<FaultRow> = faults::all()
        .iter()
        .filter(|fault| is_wanted(fault, &arguments))
        .map(|fault| row(fault, &run))
        .collect();
    let table = report::table(&rows);
    println!("\n{table}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let written =
        fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("faults.md"), table));
    written.expect("the table could not be written");
    let failed = rows.iter().any(|row| row.result.starts_with("FAILED"));
    ExitCode::from(u8::from(failed))
}

fn is_wanted(fault: &FaultCase, arguments: &FaultArguments) -> bool {
    let only = arguments.only.as_ref();
    let engine = match arguments.engine.as_deref() {
        Some("sqlite") => Some(TestedEngine::Sqlite),
        Some("postgres") => Some(TestedEngine::Postgres),
        _ => None,
    };
    only.is_none_or(|id| id.eq_ignore_ascii_case(fault.id))
        && engine.is_none_or(|engine| fault.engine.is_none_or(|own| own == engine))
}

fn row(fault: &FaultCase, run: &FaultRun) -> FaultRow {
    let mut row = FaultRow {
        id: fault.id,
        engine: fault.engine_name(),
        what: String::new(),
        times: 0,
        figures: String::new(),
        result: String::new(),
    };
    match fault.plan {
        FaultPlan::Try(work) => run_fault(&mut row, work, run),
        FaultPlan::TryFully(work) if !run.quick => run_fault(&mut row, work, run),
        FaultPlan::TryFully(_) => "not run: left to the full run".clone_into(&mut row.result),
        FaultPlan::Elsewhere(file, test) => row.result = format!("shown by {file}: {test}"),
        FaultPlan::NotRun(why) => row.result = format!("not run: {why}"),
    }
    row
}

fn run_fault(row: &mut FaultRow, work: fn(&FaultRun) -> plan::FaultOutcome, run: &FaultRun) {
    let began = watch::now();
    match catch_unwind(AssertUnwindSafe(|| work(run))) {
        Ok(held) if held.times == 0 => row.result = format!("not run: {}", held.figures),
        Ok(held) => {
            row.what = held.what;
            row.times = held.times;
            row.figures = held.figures;
            "held".clone_into(&mut row.result);
        }
        Err(panic) => row.result = format!("FAILED: {}", words(&*panic)),
    }
    println!(
        "{} {}: {} ({} s) {}",
        row.id,
        row.engine,
        row.result,
        began.elapsed().as_secs(),
        row.figures
    );
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it panicked without words".to_owned())
}
