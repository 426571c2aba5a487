//! Imports people from a file.

mod lines;
mod report;

use std::io::{self, Write};

use domain::ports::ImportResult;
use usecases::operator::{ImportPlan, Operator};

use crate::cli::{Failure, Report, args::ImportArgs};
use lines::Lines;

/// Progress is told after each of so many people.
const STEP: usize = 1_000;

pub async fn import(operator: &Operator, args: &ImportArgs) -> Result<Report, Failure> {
    let mut plan = ImportPlan::start(operator).await?;
    let mut lines = Lines::open(&args.file)?;
    while let Some(line) = lines.next()? {
        plan.judge(operator, line).await?;
        if plan.is_ended() {
            break;
        }
        if plan.lines_read().is_multiple_of(STEP) {
            tell(&format!("{} lines judged", plan.lines_read()));
        }
    }
    if plan.lines().is_empty() {
        return Err(Failure::refused("the file holds no person"));
    }
    let without_owner = plan.accounts_without_owner(operator).await?;
    let does_import = !args.dry_run && !plan.is_refused();
    if does_import {
        let mut told = 0;
        let progress = |done: usize, all: usize| {
            if all >= STEP && done / STEP > told / STEP {
                tell(&format!("{done} of {all} passwords sealed"));
                told = done;
            }
        };
        match plan.carry_out(operator, progress).await? {
            ImportResult::Imported => {}
            ImportResult::AddressTaken(email) => {
                return Err(Failure::refused(format!(
                    "nothing was imported: {email} was added by another command meanwhile; run this one again"
                )));
            }
            ImportResult::AccountGone => {
                return Err(Failure::refused(
                    "nothing was imported: an account was removed by another command meanwhile; run this one again",
                ));
            }
        }
    }
    Ok(report::of(&plan, &without_owner, args.dry_run))
}

/// Writes a line beside the result. Standard error may be closed; that ends nothing.
fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "twinlock: {line}");
}
