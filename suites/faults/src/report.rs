//! The report: one row per id and engine, whatever the result.

use std::fmt::Write;

/// A row of the report.
#[derive(Debug, Clone)]
pub struct FaultRow {
    pub id: &'static str,
    pub engine: &'static str,
    pub what: String,
    /// The number of repetitions; zero if the fault was not run.
    pub times: usize,
    pub figures: String,
    pub result: String,
}

/// The rows, followed by the number of each result.
pub fn table(rows: &[FaultRow]) -> String {
    let mut text = String::from(
        "| id | engine | done | times | figures | result |\n| --- | --- | --- | ---: | --- | --- |\n",
    );
    for row in rows {
        let times = match row.times {
            0 => "–".to_owned(),
            times => times.to_string(),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {times} | {} | {} |",
            row.id,
            row.engine,
            cell(&row.what),
            cell(&row.figures),
            cell(&row.result)
        );
    }
    let count = |word: &str| {
        let beginning = rows.iter().filter(|row| row.result.starts_with(word));
        beginning.count()
    };
    let _ = writeln!(
        text,
        "\n{} rows: {} held, {} FAILED, {} shown elsewhere, {} not run.",
        rows.len(),
        count("held"),
        count("FAILED"),
        count("shown by"),
        count("not run"),
    );
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_and_keep_to_their_cell() {
        let row = |result: &str| FaultRow {
            id: "F1",
            engine: "SQLite",
            what: "a | b\nc".to_owned(),
            times: 0,
            figures: String::new(),
            result: result.to_owned(),
        };
        let table = table(&[row("held"), row("FAILED: J1")]);
        assert!(table.contains("| F1 | SQLite | a \\| b c | – |"), "{table}");
        assert!(table.contains("2 rows: 1 held, 1 FAILED"), "{table}");
    }
}
