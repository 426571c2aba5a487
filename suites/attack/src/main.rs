//! The attack suite: tries each id of the attack list (docs/SECURITY.md) against the real binary,
//! by HTTP, by its command line and by moving its clock. `cargo run --package attack` tries each a
//! few times, with `--deep` as often as the list says; a name, such as `r1_`, tries one. The
//! results are printed as a table and written to `target/attack.md`.
//!
//! A module is a family, a function an id. Each id has its own server, database and clock
//! (libfaketime). The suite uses only HTTP and the command line, and none of the product's code
//! (ADR 12). A row of the table says refused, as wanted, FAILED, or why the id is not tried here.
//! Tests compare the list of ids, and that of the server functions, with the product.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "an attack that can't go on should stop, and a row of the table says why"
)]

mod attack;
mod families;
mod harness;
mod ids;
mod report;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex},
    time::Instant,
};

use libtest_mimic::{Arguments, Failed, Trial};

use self::attack::{Attack, AttackOutcome, AttackPlan, Effort};
use report::AttackRow;

/// Which ids a run tries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    AllIds,
    SomeIds,
}

type Rows = Arc<Mutex<Vec<AttackRow>>>;

fn main() -> ExitCode {
    let (deep, others): (Vec<String>, Vec<String>) =
        std::env::args().partition(|argument| argument == "--deep");
    let effort = if deep.is_empty() {
        Effort::Quick
    } else {
        Effort::Deep
    };
    let arguments = Arguments::from_iter(others);
    let (rows, attacks) = (Rows::default(), families::all());
    let trials = attacks
        .iter()
        .filter_map(|attack| trial(attack, effort, &rows));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        let extent = match arguments.filter {
            None => Extent::AllIds,
            Some(_) => Extent::SomeIds,
        };
        publish(attacks, &rows, extent);
    }
    conclusion.exit_code()
}

/// Returns the trial of an attack that runs with this effort.
fn trial(attack: &'static Attack, effort: Effort, rows: &Rows) -> Option<Trial> {
    let run = match attack.plan {
        AttackPlan::Try(run) => run,
        AttackPlan::TryDeep(run) if effort == Effort::Deep => run,
        _ => return None,
    };
    let rows = Arc::clone(rows);
    Some(Trial::test(attack.name, move || {
        let start = now();
        let outcome =
            catch_unwind(AssertUnwindSafe(|| run(effort))).map_err(|panic| words(&*panic));
        let row = match &outcome {
            Ok(AttackOutcome { .. }) => None,
            Err(why) => Some(AttackRow::failed(attack, why)),
        };
        let result = outcome.as_ref().map(|_| ()).map_err(Failed::from);
        let row = row.or_else(|| {
            outcome
                .ok()
                .map(|held| AttackRow::from_outcome(attack, held))
        });
        let took = start.elapsed();
        rows.lock().unwrap().extend(row.map(|row| row.taking(took)));
        result
    }))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the attack's own clock is not the product's"
)]
fn now() -> Instant {
    Instant::now()
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it panicked without words".to_owned())
}

/// Prints the table. The file is written only by a complete run.
fn publish(attacks: &'static [Attack], rows: &Rows, extent: Extent) {
    let mut rows = rows.lock().unwrap();
    let missing: Vec<AttackRow> = attacks
        .iter()
        .filter(|attack| !rows.iter().any(|row| row.id == attack.id()))
        .map(AttackRow::untried)
        .collect();
    if extent == Extent::AllIds {
        rows.extend(missing);
    }
    let table = report::table(&rows);
    println!("{table}");
    if extent == Extent::AllIds {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let written =
            fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("attack.md"), table));
        written.expect("the table could not be written");
    }
}
