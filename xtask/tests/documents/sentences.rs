//! Tests that the chapter "When it fails" quotes the program's messages, and that no refusal is
//! missing.

use crate::{files, read, root};

/// The largest distance between the parts of one sentence in its source, in characters.
const APART: usize = 300;

/// Returns the first cells of the chapter's tables, table by table.
fn quoted() -> Vec<Vec<String>> {
    let text = read(&root().join("docs/OPERATIONS.md"));
    let chapter = text.split("\n## When it fails\n").nth(1).unwrap();
    let chapter = chapter.split("\n## ").next().unwrap();
    let tables = chapter.split("\n|---").skip(1);
    tables
        .map(|table| {
            let rows = table.lines().skip(1);
            let rows = rows.take_while(|line| line.starts_with('|'));
            rows.map(|row| {
                row.trim_start_matches("| ")
                    .split(" | ")
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
        })
        .collect()
}

/// Returns the fixed parts of a sentence between its variable parts.
fn parts(sentence: &str) -> Vec<&str> {
    let parts = sentence.split('…').map(str::trim);
    parts
        .filter(|part| part.chars().any(char::is_alphabetic))
        .collect()
}

/// Returns a source without tests, comments and tags, with each string on one line.
fn source(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with("//"));
    let joined = lines.collect::<Vec<_>>().join("\n");
    let joined = joined.replace("\\\n", "").replace("\\\"", "\"");
    let mut plain = String::new();
    let mut in_tag = false;
    for sign in joined.chars() {
        match sign {
            '<' if joined.starts_with("<!doctype") => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if !in_tag => plain.push(sign),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a text contains the parts in order.
fn holds(text: &str, sentence: &str) -> bool {
    let parts = parts(sentence);
    let Some((first, rest)) = parts.split_first() else {
        return false;
    };
    text.match_indices(first).any(|(at, found)| {
        let mut text = &text[at + found.len()..];
        rest.iter().all(|part| match text.find(part) {
            Some(at) if at < APART => {
                text = &text[at + part.len()..];
                true
            }
            _ => false,
        })
    })
}

/// Returns the string literals of a source that are sentences.
fn literals(source: &str) -> Vec<String> {
    let pieces = source.split('"').skip(1).step_by(2);
    let literals = pieces.map(|piece| {
        let mut text = String::new();
        let mut depth = 0;
        for sign in piece.chars() {
            match sign {
                '{' => depth += 1,
                '}' => {
                    depth -= 1;
                    text.push('…');
                }
                _ if depth == 0 => text.push(sign),
                _ => {}
            }
        }
        text
    });
    literals
        .filter(|text| text.matches(' ').count() > 2)
        .collect()
}

#[test]
fn each_stands_in_a_source() {
    let mut paths = vec![root().join("frontend/index.html")];
    for crate_name in ["app", "domain", "server", "storage", "usecases"] {
        paths.extend(files(&root().join(crate_name).join("src"), &["rs"]));
    }
    paths.retain(|path| !path.ends_with("tests.rs"));
    let sources: Vec<_> = paths.iter().map(|path| source(&read(path))).collect();
    let sentences = quoted().concat();
    assert!(sentences.len() > 80, "{sentences:?}");
    let is_stale = |sentence: &&String| !sources.iter().any(|source| holds(source, sentence));
    let stale: Vec<_> = sentences.iter().filter(is_stale).collect();
    assert_eq!(stale, Vec::<&String>::new(), "not in the program");
}

#[test]
fn no_refusal_is_left_out() {
    let sentences = quoted().concat();
    let mut missing = Vec::new();
    for (path, from, to) in [
        (
            "app/src/words/refusals.rs",
            "pub fn refusal(",
            "words.to_owned()",
        ),
        (
            "app/src/words/connection.rs",
            "pub const fn notice(",
            "None, }",
        ),
        (
            "server/src/context.rs",
            "pub enum StartError",
            "/// An open database",
        ),
        (
            "server/src/keys/key_file/error.rs",
            "pub enum KeyFileError",
            "Entropy(#[source]",
        ),
        (
            "server/src/files/work_lock.rs",
            "pub enum WorkError",
            "source: io::Error",
        ),
        (
            "server/src/files/named_path/error.rs",
            "pub enum PathError",
            "source: io::Error",
        ),
        (
            "storage/src/engine/error/cause.rs",
            "impl fmt::Display for Cause",
            "pub struct ExplainedError",
        ),
        (
            "storage/src/engine/error/mod.rs",
            "pub enum OpenError",
            "pub fn port(",
        ),
    ] {
        let source = source(&read(&root().join(path)));
        let from = source
            .find(from)
            .unwrap_or_else(|| panic!("{from} in {path}"));
        let part = source[from..].split(to).next().unwrap();
        let literals = literals(part);
        assert!(!literals.is_empty(), "{path}");
        let is_told = |literal: &String| sentences.iter().any(|sentence| holds(literal, sentence));
        missing.extend(literals.into_iter().filter(|literal| !is_told(literal)));
    }
    assert_eq!(missing, Vec::<String>::new(), "not in docs/OPERATIONS.md");
}

#[test]
fn they_are_sorted_by_their_first_word() {
    let key = |sentence: &String| {
        let sentence = sentence.trim_start_matches(|sign: char| !sign.is_ascii_alphabetic());
        sentence.to_lowercase()
    };
    for table in quoted() {
        assert!(table.is_sorted_by_key(key), "{table:#?}");
    }
}

#[test]
fn parts_are_found_in_their_order_and_near_each_other() {
    let source =
        source("let a = format!(\n    \"the key {id} \\\n     is \\\"old\\\" ({rows} rows)\"\n);");
    assert!(holds(&source, "the key … is \"old\" (…"));
    assert!(!holds(&source, "is \"old\" … the key"));
    assert!(!holds(&source, "…"));
    assert_eq!(literals(&source.replace('\\', ""))[0], "the key … is ");
}
