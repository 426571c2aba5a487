//! Comments, documents, and the messages of the programs are written in plain technical English.

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

/// What messages say in plain words too: errors, lines of the log, help of the command line.
const REFUSED_IN_MESSAGES: [(&str, &str); 8] = [
    ("everybody", "everyone"),
    ("anew", "again"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("hang on", "depend on"),
    ("at work", "running"),
    ("a line each", "one a line"),
];

/// Folders whose messages are checked. The customer's words are those of `app/src/words`.
const WITH_MESSAGES: [&str; 4] = ["server/src", "storage/src", "usecases/src", "xtask/src"];

/// Folders whose comments are checked, and the documents.
const CHECKED: [&str; 11] = [
    "app", "docs", "domain", "end2end", "frontend", "server", "storage", "style", "suites",
    "usecases", "xtask",
];

/// The documents beside the folders.
const DOCUMENTS: [&str; 3] = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

#[test]
fn comments_and_documents_have_no_archaic_words() {
    let mut found = Vec::new();
    let documents = DOCUMENTS.iter().map(|name| (*name).to_owned());
    let files = CHECKED
        .iter()
        .flat_map(|folder| sources_below(folder, &["rs", "ts", "css", "md"]));
    for file in files.chain(documents) {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let is_document = Path::new(&file).extension() == Some("md".as_ref());
        let lines = text.lines().zip(1..);
        for (line, number) in lines {
            let said = if is_document {
                Some(line)
            } else {
                comment(line)
            };
            for word in said.map(|said| refused(said, &REFUSED)).unwrap_or_default() {
                found.push(format!("{file}:{number}: {word}"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new(), "{REFUSED:?}");
}

#[test]
fn messages_have_no_archaic_words() {
    let mut found = Vec::new();
    for folder in WITH_MESSAGES {
        for file in sources_below(folder, &["rs"]) {
            if file.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(root().join(&file)).unwrap();
            for (number, message) in messages(&text) {
                let words = [
                    refused(&message, &REFUSED),
                    refused(&message, &REFUSED_IN_MESSAGES),
                ];
                found.extend(
                    words
                        .concat()
                        .iter()
                        .map(|word| format!("{file}:{number}: {word}")),
                );
            }
        }
    }
    let plain = [&REFUSED[..], &REFUSED_IN_MESSAGES].concat();
    assert_eq!(found, Vec::<String>::new(), "{plain:?}");
}

#[test]
fn a_word_is_found_in_a_message_and_not_in_a_test() {
    let source = "use clap::Args;\n/// Mend it\nlet (a, quote) = ('\"', b'\\'');\n\
        // \"a comment\"\nlet b = \"it is \\\n   over, \\\"at work\\\"\";\n\
        let c = r#\"say \"anew\" now\"#;\n\
        let code = \"nobody\";\n#[cfg(test)]\nmod tests { const A: &str = \"whoever asks\"; }";
    let expected = [
        (2, "Mend it"),
        (5, "it is over, \"at work\""),
        (7, "say \"anew\" now"),
    ];
    let expected = expected.map(|(line, text)| (line, text.to_owned()));
    assert_eq!(messages(source), expected);
    assert_eq!(
        refused("it is over, \"at work\"", &REFUSED_IN_MESSAGES),
        ["at work"]
    );
}

#[test]
fn a_word_is_found_in_a_comment_only_and_only_as_a_whole() {
    assert_eq!(comment("    /// Whoever asks."), Some("Whoever asks."));
    assert_eq!(comment("let a = 1; // a number"), Some("a number"));
    assert_eq!(comment("let url = \"http://nobody\";"), None);
    assert_eq!(refused("Whoever asks", &REFUSED), ["whoever"]);
    assert_eq!(refused("a nobodyish word", &REFUSED), [""; 0]);
    assert_eq!(refused("the actor `nobody`", &REFUSED), [""; 0]);
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

/// Returns the string literals of more than one word in a source, without its tests, and the help
/// of its arguments, each with its line.
fn messages(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let has_arguments = source.contains("clap::");
    let mut found = Vec::new();
    let (mut rest, mut number) = (source, 1);
    while let Some(sign) = rest.chars().next() {
        let (length, text) = if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            let help = rest[..end].strip_prefix("/// ").filter(|_| has_arguments);
            (end, help.map(str::to_owned))
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            let end = raw.find("\"#").unwrap_or(raw.len());
            (3 + end + 2, Some(raw[..end].to_owned()))
        } else if let Some(text) = rest.strip_prefix('"') {
            let end = end_of_literal(text);
            (1 + end + 1, Some(unescaped(&text[..end])))
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\") {
            // A character, not the start of a string.
            (4 - usize::from(rest.starts_with("'\"'")), None)
        } else {
            (sign.len_utf8(), None)
        };
        let text = text.filter(|text| text.contains(' '));
        found.extend(text.map(|text| (number, text)));
        let length = length.min(rest.len());
        number += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// Returns where a literal ends: at the first quotation mark that is not escaped.
fn end_of_literal(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, sign) in text.char_indices() {
        match sign {
            '"' if !is_escaped => return at,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

/// Joins the lines of a literal, and takes the escapes of quotation marks away.
fn unescaped(text: &str) -> String {
    let lines = text.split("\\\n").enumerate();
    let lines = lines.map(|(place, line)| if place == 0 { line } else { line.trim_start() });
    lines.collect::<String>().replace("\\\"", "\"")
}

/// The refused words of a text. What stands between backticks is a name or a quotation.
fn refused(text: &str, list: &[(&'static str, &str)]) -> Vec<&'static str> {
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
    let words = list.iter().map(|(word, _)| *word);
    words.filter(is_whole).collect()
}
