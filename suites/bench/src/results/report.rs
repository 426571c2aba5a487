//! The report: tables of figures, and each budget with its measured figure.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::results::figures::{MeasuredRun, Spread};

/// Markdown text, printed while it grows.
pub struct BenchReport {
    /// The name of the marks in a document between which the tables stand.
    name: &'static str,
    text: String,
    notes: Vec<String>,
    budgets: Vec<[String; 4]>,
}

impl BenchReport {
    /// A report for the marks of this name.
    pub const fn of(name: &'static str) -> Self {
        Self {
            name,
            text: String::new(),
            notes: Vec::new(),
            budgets: Vec::new(),
        }
    }

    /// Adds a line, and prints it.
    pub fn line(&mut self, line: &str) {
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a table's header.
    pub fn head(&mut self, cells: &[&str]) {
        self.line("");
        self.line(&format!("| {} |", cells.join(" | ")));
        self.line(&format!("| ---{} |", " | ---:".repeat(cells.len() - 1)));
    }

    /// Adds the row of one scenario at one site.
    pub fn runs(&mut self, site: &str, scenario: &str, runs: &[MeasuredRun]) {
        let of = |value: fn(&MeasuredRun) -> f64| Spread::of(runs.iter().map(value));
        let latency = [
            of(|run| run.quantile(0.5)),
            of(|run| run.quantile(0.95)),
            of(|run| run.quantile(0.99)),
        ];
        let latency = latency.map(|spread| format!("{:.1}", spread.median));
        self.line(&format!(
            "| {site} | {scenario} | {} | {} ms | {:.2} ms |",
            of(MeasuredRun::rate),
            latency.join(", "),
            of(MeasuredRun::cpu_each).median
        ));
    }

    /// Adds a budget: its name, the measured figure, the unit, and the limit.
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

    /// Adds a note that is written after the table, because a line between rows would end the
    /// table.
    pub fn note(&mut self, note: &str) {
        eprintln!("{note}");
        self.notes.push(note.to_owned());
    }

    /// Writes the notes and the table of budgets.
    pub fn close(&mut self) {
        for note in std::mem::take(&mut self.notes) {
            self.line("");
            self.line(&note);
        }
        self.head(&["budget", "measured (least, median, most)", "wanted", ""]);
        for row in std::mem::take(&mut self.budgets) {
            self.line(&format!("| {} |", row.join(" | ")));
        }
    }

    /// Writes the report into a document and replaces its earlier tables.
    pub fn write(&self, document: &Path) -> Result<()> {
        let text = self.put_into(&fs::read_to_string(document)?)?;
        Ok(fs::write(document, text)?)
    }

    fn put_into(&self, document: &str) -> Result<String> {
        let (begin, end) = (
            format!("<!-- {} -->", self.name),
            format!("<!-- /{} -->", self.name),
        );
        let (before, rest) = document.split_once(&begin).context("no place for tables")?;
        let (_, after) = rest.split_once(&end).context("no end of the tables")?;
        Ok(format!(
            "{before}{begin}\n\n{}\n{end}{after}",
            self.text.trim()
        ))
    }
}

/// The limit of a figure.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// The minimum.
    AtLeast(f64),
    /// The maximum.
    AtMost(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_between_its_own_marks() {
        let document =
            "a <!-- bench -->1<!-- /bench --> b <!-- bench: growth -->2<!-- /bench: growth --> c";
        let mut report = BenchReport::of("bench: growth");
        report.budget("start", Spread::of([2.0]), "ms", Bound::AtMost(1.0));
        report.close();
        let written = report.put_into(document).unwrap();
        assert!(
            written.starts_with(
                "a <!-- bench -->1<!-- /bench --> b <!-- bench: growth -->\n\n| budget"
            )
        );
        assert!(written.ends_with("| **not met** |\n<!-- /bench: growth --> c"));
        assert!(
            BenchReport::of("bench: scale-out")
                .put_into(document)
                .is_err()
        );
    }
}
