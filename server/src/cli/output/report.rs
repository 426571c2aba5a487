//! What a command prints: lines for people, or one JSON value for scripts.

use std::io::{self, Write};

use serde_json::Value;

use crate::cli::Failure;

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
    /// Why the command failed all the same.
    failed: Option<String>,
}

impl Report {
    /// One thing that was done.
    pub fn one(line: String, json: Value) -> Self {
        Self {
            lines: vec![line],
            json,
            failed: None,
        }
    }

    /// One thing that was done, in several lines.
    pub fn lines(lines: Vec<String>, json: Value) -> Self {
        Self {
            lines,
            json,
            failed: None,
        }
    }

    /// The same of a command that failed after it had done, or found, what it could: for scripts the reason stands beside the rest.
    pub fn failing(mut self, why: Option<String>) -> Self {
        if let (Some(why), Value::Object(result)) = (&why, &mut self.json) {
            result.insert("error".to_owned(), why.as_str().into());
        }
        self.failed = why;
        self
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
            failed: None,
        }
    }

    /// What scripts get of it.
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// Writes it to standard output.
    ///
    /// # Errors
    /// When that can't be written, and the reason for which the command failed.
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
