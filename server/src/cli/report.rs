//! What a command prints: lines for people, or one JSON value for scripts.

use std::io::{self, Write};

use serde_json::Value;

/// The items of a sentence: "a", "a and b", "a, b and c".
pub fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The result of a command.
pub struct Report {
    lines: Vec<String>,
    json: Value,
}

impl Report {
    /// One thing that was done.
    pub fn one(line: String, json: Value) -> Self {
        Self {
            lines: vec![line],
            json,
        }
    }

    /// One thing that was done, in several lines.
    pub fn lines(lines: Vec<String>, json: Value) -> Self {
        Self { lines, json }
    }

    /// A list; `none` is said to people when it is empty.
    pub fn list(items: impl IntoIterator<Item = (String, Value)>, none: &str) -> Self {
        let (mut lines, values): (Vec<String>, Vec<Value>) = items.into_iter().unzip();
        if lines.is_empty() {
            lines.push(none.to_owned());
        }
        Self {
            lines,
            json: Value::Array(values),
        }
    }

    /// What scripts get of it.
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// Writes it to standard output.
    pub fn print(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if json {
            return writeln!(out, "{}", self.json);
        }
        self.lines
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
    }
}
