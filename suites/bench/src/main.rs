//! The program of `cargo xtask bench`: one module per measurement, and what they share.

mod client;
mod doors;
mod growth;
mod machine;
mod results;
mod runs;
mod scale_out;
mod seed;
mod sites;

use std::{future::Future, path::Path};

use anyhow::{Result, bail};
use clap::Parser;

use crate::{results::report::BenchReport, runs::compare};

/// Measures Twinlock under load, and prints the figures beside their budgets.
#[derive(Parser)]
enum Measurement {
    /// Compared with an alternative product, then overloaded
    Compare(compare::Compare),
    /// Honest sign-ins during an attack, and what strangers write
    Hostile(compare::Hostile),
    /// With many people, accounts and events, compared with an almost empty one
    Growth(growth::Growth),
    /// Requests for an application behind Twinlock, compared with the signed-in read
    Doors(doors::Doors),
    /// Two instances on one database behind nginx, compared with one
    ScaleOut(scale_out::ScaleOut),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    sqlx::any::install_default_drivers();
    match Measurement::parse() {
        Measurement::Compare(asked) => {
            let mut report = BenchReport::of("bench");
            let measured = unless_stopped(compare::measure(&asked, &mut report)).await;
            finish(measured, report, asked.common.write.as_deref())
        }
        Measurement::Hostile(asked) => {
            let mut report = BenchReport::of("bench: hostile");
            let measured = unless_stopped(compare::hostile(&asked.common, &mut report)).await;
            finish(measured, report, asked.common.write.as_deref())
        }
        Measurement::Growth(asked) => {
            let mut report = BenchReport::of("bench: growth");
            let measured = unless_stopped(growth::measure(&asked, &mut report)).await;
            finish(measured, report, asked.common.write.as_deref())
        }
        Measurement::Doors(asked) => {
            let mut report = BenchReport::of("bench: doors");
            let measured = unless_stopped(doors::measure(&asked, &mut report)).await;
            finish(measured, report, asked.common.write.as_deref())
        }
        Measurement::ScaleOut(asked) => {
            let mut report = BenchReport::of("bench: scale-out");
            let measured = unless_stopped(scale_out::measure(&asked, &mut report)).await;
            finish(measured, report, asked.common.write.as_deref())
        }
    }
}

/// Runs a measurement until it ends or Ctrl-C is pressed, so that destructors remove all servers
/// and folders.
async fn unless_stopped(measurement: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::select! {
        measured = measurement => measured,
        heard = tokio::signal::ctrl_c() => {
            heard?;
            bail!("stopped")
        }
    }
}

fn finish(measured: Result<()>, mut report: BenchReport, document: Option<&Path>) -> Result<()> {
    measured?;
    report.close();
    document.map_or(Ok(()), |document| report.write(document))
}
