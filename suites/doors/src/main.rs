//! The doors suite: one table of cases behind each proxy that docs/APPLICATIONS.md has a recipe
//! for. `cargo run --package doors` tries those that Debian packages, with `--deep` also the
//! newest ones; a name, such as `px1_` or `nginx`, tries a part. The results are printed as a
//! table and written to `target/doors.md`.
//!
//! A site is the real binary, a proxy that starts with the recipe as it stands in the document, and
//! an application that answers with what it received. The suite uses none of the product's code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a case that can't go on should stop, and a row of the table says why"
)]

mod case;
mod cases;
mod ids;
mod report;
mod site;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Failed, Trial};

use self::{
    case::DoorCase,
    report::DoorRow,
    site::{DoorSite, ProxyKind},
};

type Rows = Arc<Mutex<Vec<DoorRow>>>;
/// The site that the cases of a proxy share, once one of them has started it.
type SharedSite = Arc<Mutex<Option<DoorSite>>>;

fn main() -> ExitCode {
    let (deep, others): (Vec<String>, Vec<String>) =
        std::env::args().partition(|argument| argument == "--deep");
    let arguments = Arguments::from_iter(others);
    let kinds = ProxyKind::of_run(!deep.is_empty());
    let (there, missing): (Vec<_>, Vec<_>) =
        kinds.into_iter().partition(|kind| kind.program().is_some());
    for kind in &missing {
        println!("LEFT OUT: {} is missing", kind.name());
    }
    let rows = Rows::default();
    let sites: Vec<(ProxyKind, SharedSite)> = there
        .into_iter()
        .map(|kind| (kind, SharedSite::default()))
        .collect();
    // One case of each proxy after the other, so that they wait little for each other's site.
    let trials = cases::all().iter().flat_map(|case| {
        let trials = sites.iter();
        trials.map(|(kind, site)| trial(case, *kind, site, &rows))
    });
    let trials = trials.collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    for (_, site) in sites {
        // Stops what the site has started.
        drop(site.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
    if !arguments.list {
        publish(&rows, arguments.filter.is_none());
    }
    conclusion.exit_code()
}

fn trial(case: &'static DoorCase, kind: ProxyKind, site: &SharedSite, rows: &Rows) -> Trial {
    let (site, rows) = (Arc::clone(site), Arc::clone(rows));
    Trial::test(format!("{}_{}", case.name, kind.name()), move || {
        let run = || {
            if case.needs_own_site {
                (case.run)(&mut DoorSite::start(kind));
            } else {
                let mut shared = site.lock().unwrap_or_else(PoisonError::into_inner);
                (case.run)(shared.get_or_insert_with(|| DoorSite::start(kind)));
            }
        };
        let result = catch_unwind(AssertUnwindSafe(run)).map_err(|panic| words(&*panic));
        let row = DoorRow::of(case, kind, result.as_ref().err());
        rows.lock().unwrap().push(row);
        result.map_err(Failed::from)
    })
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it panicked without words".to_owned())
}

/// Prints the table. The file is written only by a complete run.
fn publish(rows: &Rows, is_complete: bool) {
    let table = report::table(&rows.lock().unwrap());
    println!("{table}");
    if is_complete {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let written =
            fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("doors.md"), table));
        written.expect("the table could not be written");
    }
}
