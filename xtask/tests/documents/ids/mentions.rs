//! Finds ids: in comments and documents, in the names of tests and of their files.

use crate::{Source, prose};

/// Words that look like an id.
const NO_IDS: [(&str, &str); 4] = [
    ("V4", "a version of the Internet protocol"),
    ("V6", "a version of the Internet protocol"),
    ("V8", "a JavaScript engine"),
    ("X11", "a window system"),
];

/// Returns whether a text is one id: one or two capital letters and one or two digits.
pub fn is_id(text: &str) -> bool {
    let letters = text.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let digits = &text[letters.len()..];
    (1..=2).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=2).contains(&digits.len())
        && !digits.starts_with('0')
}

/// Returns the ids that a source names, each with its line.
pub fn of(source: &Source) -> Vec<(usize, String)> {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let first = file.split_once('-').map(|(first, _)| first.to_uppercase());
    let mut found: Vec<_> = first
        .filter(|first| file.ends_with(".spec.ts") && is_id(first))
        .map(|id| (1, id))
        .into_iter()
        .collect();
    for (line, number) in source.text.lines().zip(1..) {
        let mut ids = prose(source, line).map(in_prose).unwrap_or_default();
        if !source.is_document() {
            ids.extend(in_code(line));
        }
        found.extend(ids.into_iter().map(|id| (number, id)));
    }
    found
}

/// Returns the ids in a text, without those of external standards.
fn in_prose(text: &str) -> Vec<String> {
    let is_part = |sign: char| sign.is_alphanumeric() || "_%+\\#\"'/".contains(sign);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|sign: char| sign.is_ascii_uppercase()) {
        let start = at + start;
        let rest = &text[start..];
        let length = rest
            .find(|sign: char| !sign.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let word = &rest[..length];
        at = start + length.max(1);
        let before = &text[..start];
        let after = &rest[length..];
        // `ASVS V7.3.1`, and the requirements of an RFC: `RFC 4226 R6`.
        let is_number = after
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
        let previous = before.trim_end().rsplit(' ').take(2);
        let is_external = previous.last().is_some_and(|word| word.ends_with("RFC"));
        let is_within = before.ends_with(is_part)
            || before.ends_with('-')
            || after.starts_with(|sign: char| "_=/\\".contains(sign));
        if is_id(word) && !is_number && !is_external && !is_other_word(word) && !is_within {
            found.push(word.to_owned());
        }
    }
    found
}

/// Returns the ids in the name of a test or a case of it, and at the start of a test's title.
fn in_code(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["fn ", "case::"] {
        if let Some((_, name)) = line.split_once(start) {
            let parts = name.split(['_', '(']).map(str::to_uppercase);
            let is_name = name.starts_with(|sign: char| sign.is_ascii_lowercase());
            found.extend(parts.take_while(|part| is_name && is_id(part)));
        }
    }
    for start in ["test('", "test(`"] {
        if let Some((_, title)) = line.split_once(start) {
            let parts = title.split([' ', ':']).map(str::to_uppercase);
            found.extend(parts.take_while(|part| is_id(part)));
        }
    }
    found.retain(|id| !is_other_word(id));
    found
}

fn is_other_word(word: &str) -> bool {
    NO_IDS.iter().any(|(known, _)| *known == word)
}

#[test]
fn ids_are_found_where_they_are_written() {
    assert_eq!(
        in_prose("attack R1–R4, SU5; `RA1`."),
        ["R1", "R4", "SU5", "RA1"]
    );
    assert_eq!(in_prose("/// Z9: planted"), ["Z9"]);
    assert_eq!(in_prose("ASVS V7.3.1, (RFC 4226 R6), -O3, U+200E"), [""; 0]);
    assert_eq!(in_prose("IPv6 and %E2, HTTP2, ADR 12, Ed25519"), [""; 0]);
    assert_eq!(
        in_code("    async fn s3_s8_s16_members() {"),
        ["S3", "S8", "S16"]
    );
    assert_eq!(in_code("#[case::rc9_too_wide(1)]"), ["RC9"]);
    assert_eq!(in_code("test('RA1: a key', async () => {"), ["RA1"]);
    assert_eq!(in_code("test(`p3 s15 ${status} is told`"), ["P3", "S15"]);
    assert_eq!(in_code("#[case::v6(1)]"), [""; 0]);
    assert_eq!(in_code("fn ipv4_only() -> fn second()"), [""; 0]);
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let spec = source("end2end/tests/p3-lost.spec.ts", "");
    assert_eq!(of(&spec), [(1, "P3".to_owned())]);
    let code = source("a.rs", "let q = \"Q1\";\n/// See Q2.\nfn q3_holds() {}");
    assert_eq!(of(&code), [(2, "Q2".to_owned()), (3, "Q3".to_owned())]);
    let document = source("a.md", "One.\nAttack Q4 is tried.");
    assert_eq!(of(&document), [(2, "Q4".to_owned())]);
}
