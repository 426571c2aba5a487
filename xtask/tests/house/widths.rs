//! Comments keep to the 100 columns that rustfmt gives to code.

use std::fs;

use super::{root, sources_below};

const COLUMNS: usize = 100;

/// Folders of the sources whose comments are measured.
const CHECKED: [&str; 10] = [
    "app", "domain", "end2end", "frontend", "server", "storage", "style", "suites", "usecases",
    "xtask",
];

#[test]
fn no_comment_is_wider_than_100_columns() {
    let mut found = Vec::new();
    for folder in CHECKED {
        for file in sources_below(folder, &["rs", "ts", "css"]) {
            let text = fs::read_to_string(root().join(&file)).unwrap();
            let lines = wide_comments(&text);
            found.extend(lines.iter().map(|number| format!("{file}:{number}")));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Tests that code, also in the example of a comment, has no limit here.
#[test]
fn a_wide_comment_is_found_and_wide_code_is_not() {
    let wide = "x".repeat(COLUMNS);
    let source = format!(
        "/// {wide}\nlet a = \"{wide}\";\n /* {wide}\n * {wide} */\n/// ```\n/// {wide}\n/// ```\n// y"
    );
    assert_eq!(wide_comments(&source), [1, 3, 4]);
}

/// The numbers of the lines that are a comment of more than [`COLUMNS`] columns.
fn wide_comments(text: &str) -> Vec<usize> {
    let mut in_example = false;
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let trimmed = line.trim_start();
        let is_comment = ["//", "/*", "* "]
            .iter()
            .any(|start| trimmed.starts_with(start));
        if is_comment && trimmed.contains("```") {
            in_example = !in_example;
        }
        in_example &= is_comment;
        if is_comment && !in_example && line.chars().count() > COLUMNS {
            found.push(number);
        }
    }
    found
}
