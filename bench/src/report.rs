//! The tables: what was measured, and each budget beside its figure.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::figures::{Run, Spread};

/// Where the tables stand in a document.
const MARKS: (&str, &str) = ("<!-- bench -->", "<!-- /bench -->");

/// Markdown, printed as it grows.
#[derive(Default)]
pub struct Report {
    text: String,
    budgets: Vec<[String; 4]>,
}

impl Report {
    /// Adds a line, and prints it.
    pub fn line(&mut self, line: &str) {
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The head of a table.
    pub fn head(&mut self, cells: &[&str]) {
        self.line("");
        self.line(&format!("| {} |", cells.join(" | ")));
        self.line(&format!("| ---{} |", " | ---:".repeat(cells.len() - 1)));
    }

    /// One scenario at one site.
    pub fn runs(&mut self, site: &str, scenario: &str, runs: &[Run]) {
        let of = |value: fn(&Run) -> f64| Spread::of(runs.iter().map(value));
        let latency = [
            of(|run| run.quantile(0.5)),
            of(|run| run.quantile(0.95)),
            of(|run| run.quantile(0.99)),
        ];
        let latency = latency.map(|spread| format!("{:.1}", spread.median));
        self.line(&format!(
            "| {site} | {scenario} | {} | {} ms | {:.2} ms |",
            of(Run::rate),
            latency.join(", "),
            of(Run::cpu_each).median
        ));
    }

    /// Notes a budget: what, the figure, its unit, and the most or the least that it may be.
    pub fn budget(&mut self, what: &str, figure: Spread, unit: &str, bound: Bound) {
        let (sign, bound, met) = match bound {
            Bound::AtLeast(least) => ("≥", least, figure.median >= least),
            Bound::AtMost(most) => ("≤", most, figure.median <= most),
        };
        self.budgets.push([
            what.to_owned(),
            format!("{figure} {unit}"),
            format!("{sign} {bound} {unit}"),
            if met { "met" } else { "**not met**" }.to_owned(),
        ]);
    }

    /// The table of budgets.
    pub fn close(&mut self) {
        self.head(&["budget", "measured (least, median, most)", "wanted", ""]);
        for row in std::mem::take(&mut self.budgets) {
            self.line(&format!("| {} |", row.join(" | ")));
        }
    }

    /// Puts all of it into a document, in the place of the tables before.
    pub fn write(&self, document: &Path) -> Result<()> {
        let text = fs::read_to_string(document)?;
        let (before, rest) = text.split_once(MARKS.0).context("no place for tables")?;
        let (_, after) = rest.split_once(MARKS.1).context("no end of the tables")?;
        let text = format!(
            "{before}{}\n\n{}\n{}{after}",
            MARKS.0,
            self.text.trim(),
            MARKS.1
        );
        Ok(fs::write(document, text)?)
    }
}

/// What a figure may be.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// No less.
    AtLeast(f64),
    /// No more.
    AtMost(f64),
}
