//! Comments and documents are written in plain technical English.

use std::{fs, path::Path};

use super::{root, sources_below};

/// What is said in plain words instead.
const REFUSED: [(&str, &str); 9] = [
    ("whoever", "name who it is: a user, a request, a server"),
    ("somebody", "a user, a person, a client"),
    ("nobody", "no user, no one, nothing"),
    ("is over", "has ended, has expired, exceeds"),
    ("are over", "have ended, have expired, exceed"),
    ("by then", "at that time, before that"),
    ("in place of", "instead of"),
    ("in the place of", "instead of"),
    ("that are none", "say what they are"),
];

/// Folders whose comments are checked, and the documents.
const CHECKED: [&str; 10] = [
    "app", "docs", "domain", "end2end", "frontend", "server", "storage", "suites", "usecases",
    "xtask",
];

#[test]
fn comments_and_documents_have_no_archaic_words() {
    let mut found = Vec::new();
    for folder in CHECKED {
        for file in sources_below(folder, &["rs", "ts", "css", "md"]) {
            let text = fs::read_to_string(root().join(&file)).unwrap();
            let is_document = Path::new(&file).extension() == Some("md".as_ref());
            let lines = text.lines().zip(1..);
            for (line, number) in lines {
                // A row of a table may quote what the program prints.
                let is_row = line.starts_with('|') || line.contains(" | ");
                let said = if is_document {
                    Some(line).filter(|_| !is_row)
                } else {
                    comment(line)
                };
                for word in said.map(refused).unwrap_or_default() {
                    found.push(format!("{file}:{number}: {word}"));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new(), "{REFUSED:?}");
}

#[test]
fn a_word_is_found_in_a_comment_only_and_only_as_a_whole() {
    assert_eq!(comment("    /// Whoever asks."), Some("Whoever asks."));
    assert_eq!(comment("let a = 1; // a number"), Some("a number"));
    assert_eq!(comment("let url = \"http://nobody\";"), None);
    assert_eq!(refused("Whoever asks"), ["whoever"]);
    assert_eq!(refused("a nobodyish word"), Vec::<&str>::new());
    assert_eq!(refused("the actor `nobody`"), Vec::<&str>::new());
}

/// What a line of code says in its comment.
fn comment(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    for start in ["///", "//!", "//", "/**", "/*", "* "] {
        if let Some(text) = trimmed.strip_prefix(start) {
            return Some(text.trim_start());
        }
    }
    let (_, text) = line.split_once(" // ")?;
    Some(text)
}

/// The refused words of a text. What stands between backticks is a name or a quotation.
fn refused(text: &str) -> Vec<&'static str> {
    let plain: Vec<_> = text.split('`').step_by(2).collect();
    let text = plain.join("`").to_lowercase();
    let is_whole = |word: &&str| {
        text.match_indices(*word).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    };
    let words = REFUSED.iter().map(|(word, _)| *word);
    words.filter(is_whole).collect()
}
