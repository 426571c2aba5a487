//! The table: a row for each id, a column for each proxy.

use std::fmt::Write;

use crate::{case::DoorCase, ids, site::ProxyKind};

/// The result of a case behind a proxy.
pub struct DoorRow {
    id: String,
    kind: ProxyKind,
    error: Option<String>,
}

impl DoorRow {
    /// Creates the row of a case that held, or failed with these words.
    pub fn of(case: &DoorCase, kind: ProxyKind, error: Option<&String>) -> Self {
        let first = error.map(|words| words.lines().next().unwrap_or_default().to_owned());
        Self {
            id: case.id(),
            kind,
            error: first,
        }
    }
}

/// Returns the table, followed by the number of each result.
pub fn table(rows: &[DoorRow]) -> String {
    let kinds: Vec<ProxyKind> = ProxyKind::ALL
        .into_iter()
        .filter(|kind| rows.iter().any(|row| row.kind == *kind))
        .collect();
    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    let mut text = format!(
        "| id | what must hold | {} |\n| --- | --- |{}\n",
        names.join(" | "),
        " --- |".repeat(names.len())
    );
    for (id, sentence) in ids::LIST {
        let result = |kind: &ProxyKind| {
            let row = rows.iter().find(|row| row.id == id && row.kind == *kind);
            row.map_or("–".to_owned(), |row| match &row.error {
                None => "holds".to_owned(),
                Some(error) => format!("FAILED: {}", error.replace('|', "\\|")),
            })
        };
        let results: Vec<_> = kinds.iter().map(result).collect();
        if results.iter().any(|result| result != "–") {
            let _ = writeln!(text, "| {id} | {sentence} | {} |", results.join(" | "));
        }
    }
    let failed = rows.iter().filter(|row| row.error.is_some()).count();
    let held = rows.len() - failed;
    let _ = writeln!(text, "\n{held} hold, {failed} FAILED.");
    text
}
