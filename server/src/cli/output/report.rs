//! The output of a command: lines for people, or one JSON value for scripts.

use std::io::{self, Write};

use serde_json::Value;

use crate::cli::Failure;

/// Joins the items of a sentence: "a", "a and b", "a, b and c".
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
    /// Why the command failed despite its result.
    failed: Option<String>,
}

impl Report {
    /// Reports one result.
    pub fn one(line: String, json: Value) -> Self {
        Self {
            lines: vec![line],
            json,
            failed: None,
        }
    }

    /// Reports one result in several lines.
    pub fn lines(lines: Vec<String>, json: Value) -> Self {
        Self {
            lines,
            json,
            failed: None,
        }
    }

    /// Marks the report as failed, after the command had done or found what it could. Scripts get
    /// the reason beside the result.
    pub fn failing(mut self, why: Option<String>) -> Self {
        if let (Some(why), Value::Object(result)) = (&why, &mut self.json) {
            result.insert("error".to_owned(), why.as_str().into());
        }
        self.failed = why;
        self
    }

    /// Reports a list; people read `none` if it is empty.
    pub fn list(items: impl IntoIterator<Item = (String, Value)>, none: &str) -> Self {
        let (mut lines, values): (Vec<String>, Vec<Value>) = items.into_iter().unzip();
        if lines.is_empty() {
            lines.push(none.to_owned());
        }
        Self {
            lines,
            json: Value::Array(values),
            failed: None,
        }
    }

    /// Returns the JSON value for scripts.
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// Writes the report to standard output.
    ///
    /// # Errors
    /// If the output can't be written, or the command failed.
    pub fn print(self, json: bool) -> Result<(), Failure> {
        self.write(json).map_err(Failure::output)?;
        self.failed
            .map_or(Ok(()), |why| Err(Failure::Reported(why)))
    }

    fn write(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if json {
            return writeln!(out, "{}", self.json);
        }
        self.lines
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
    }
}
