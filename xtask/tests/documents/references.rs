//! Tests that decisions (`ADR 5`), sections (`§`) and paths of files resolve.

use std::collections::BTreeSet;

use crate::{Source, prose, read, root, tree};

/// Standards outside of this repository, whose sections can't be looked at.
const STANDARDS: [&str; 8] = [
    "RFC ",
    "WebAuthn ",
    "CTAP ",
    "SP 800-63B-4 ",
    "NIST 800-63B-4 ",
    "ECMA-262 ",
    "ASVS ",
    "Service Workers",
];

/// Documents of the past, which name files as they were.
const HISTORY: [&str; 2] = ["CHANGELOG.md", "docs/adr/"];

/// Returns the numbers of the decisions that exist.
fn decisions() -> BTreeSet<u16> {
    let entries = root().join("docs/adr").read_dir().unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let numbers = names.filter_map(|name| name.split('-').next()?.parse().ok());
    numbers.collect()
}

/// Returns the numbers of the decisions that a text names.
fn named_decisions(text: &str) -> Vec<u16> {
    let parts = text.split("ADR ").skip(1);
    let numbers = parts.filter_map(|part| {
        let end = part.find(|sign: char| !sign.is_ascii_digit());
        part[..end.unwrap_or(part.len())].parse().ok()
    });
    numbers.collect()
}

/// Returns why the sections that a text names do not resolve.
fn dead_sections(text: &str, has_heading: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut dead = Vec::new();
    for (at, sign) in text.match_indices('§') {
        let before = &text[..at];
        let standard = STANDARDS.iter().filter_map(|name| before.rfind(name)).max();
        let document = before.rfind(".md");
        if document.is_none() && standard.is_none() {
            dead.push("a § of no document".to_owned());
        } else if let Some(end) = document.filter(|end| standard.is_none_or(|at| *end > at)) {
            let start = before[..end].rfind(|sign: char| " `([".contains(sign));
            let name = &before[start.map_or(0, |start| start + 1)..end + 3];
            let heading = text[at + sign.len()..].trim_start_matches(['"', ' ']);
            let heading = heading.split(['"', ')', ',', ';', '.']).next().unwrap();
            if !has_heading(name, heading) {
                dead.push(format!("{name} § {heading}"));
            }
        }
    }
    dead
}

/// Returns whether a document of the repository has a heading that starts with these words.
fn has_heading(name: &str, heading: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default();
    let paths = [root().join(name), root().join("docs").join(name)];
    let path = paths.iter().find(|path| path.exists());
    path.is_some_and(|path| {
        let text = read(path);
        let mut headings = text.lines().filter(|line| line.starts_with('#'));
        let heading = heading.to_lowercase();
        headings.any(|line| {
            let line = line.trim_start_matches(['#', ' ']).to_lowercase();
            !heading.is_empty() && line.starts_with(&heading)
        })
    })
}

/// Returns the paths that a text names between backticks, with alternatives in braces written out.
fn paths(text: &str) -> Vec<String> {
    let pieces = text.split('`').skip(1).step_by(2);
    let pieces = pieces.filter(|piece| {
        let first = piece.split('/').next().unwrap_or_default();
        let is_plain = !piece.contains(|sign: char| " *<>…$:".contains(sign));
        let is_path = piece.contains('/') && root().join(first).is_dir();
        is_plain && is_path && !first.is_empty() && first != "target" && !first.starts_with('.')
    });
    pieces.flat_map(alternatives).collect()
}

fn alternatives(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.to_owned()];
    };
    let Some((inner, after)) = rest.split_once('}') else {
        return vec![path.to_owned()];
    };
    let parts = inner.split(',');
    parts.map(|part| format!("{before}{part}{after}")).collect()
}

/// Returns a place for each complaint about a line of the prose.
fn complaints(sources: &[Source], judge: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let mut previous = "";
        for (line, number) in source.text.lines().zip(1..) {
            let Some(said) = prose(source, line) else {
                previous = "";
                continue;
            };
            for complaint in judge(said) {
                // A name may stand at the end of the line before.
                let joined = format!("{previous} {said}");
                if !judge(&joined).is_empty() {
                    found.push(format!("{}:{number}: {complaint}", source.path));
                }
            }
            previous = said;
        }
    }
    found
}

fn outside_of_these_tests() -> Vec<Source> {
    let mut sources = tree();
    sources.retain(|source| !source.path.starts_with("xtask/tests/documents"));
    sources
}

#[test]
fn every_decision_that_is_named_has_its_file() {
    let known = decisions();
    assert!(known.len() > 20, "{known:?}");
    let dead = complaints(&outside_of_these_tests(), |text| {
        let named = named_decisions(text);
        let unknown = named.into_iter().filter(|number| !known.contains(number));
        unknown.map(|number| format!("ADR {number}")).collect()
    });
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn every_section_belongs_to_a_standard_or_a_document() {
    let dead = complaints(&outside_of_these_tests(), |text| {
        dead_sections(text, has_heading)
    });
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn every_path_in_a_document_exists() {
    let mut documents = tree();
    documents.retain(|source| {
        source.is_document() && !HISTORY.iter().any(|past| source.path.starts_with(past))
    });
    let dead = complaints(&documents, |text| {
        let mut paths = paths(text);
        paths.retain(|path| {
            let plain = root().join(path);
            !plain.exists()
                && !plain.with_extension("rs").exists()
                && !plain.join("mod.rs").exists()
        });
        paths
    });
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn planted_references_are_found() {
    assert_eq!(named_decisions("see ADR 24, ADR 99 and ADRs"), [24, 99]);
    assert!(!decisions().contains(&99));
    let is_limits = |name: &str, heading: &str| name == "SECURITY.md" && heading == "Limits";
    let dead = |text: &str| dead_sections(text, is_limits);
    assert_eq!(
        dead("RFC 6238 §5.2 and §6; see SECURITY.md §Limits."),
        [""; 0]
    );
    assert_eq!(dead("the design (§4)"), ["a § of no document"]);
    assert_eq!(dead("gone.md §1"), ["gone.md § 1"]);
    assert_eq!(
        dead("RFC 1 §2, docs/SECURITY.md §\"Limit\""),
        ["docs/SECURITY.md § Limit"]
    );
    assert!(has_heading("docs/SECURITY.md", "Threat model"));
    assert!(!has_heading("SECURITY.md", "Step-up grant"));
    assert_eq!(
        paths("`docs/{a,b}.md`, `docs/c.md` and `nothing/d`, `docs/*.md`"),
        ["docs/a.md", "docs/b.md", "docs/c.md"]
    );
    let planted = Source {
        path: "a.rs".to_owned(),
        text: "let adr = \"ADR 98\";\n// ADR 99\n// (RFC 9110\n// §7.2)".to_owned(),
    };
    let judge = |text: &str| {
        let mut found: Vec<_> = named_decisions(text).iter().map(u16::to_string).collect();
        found.extend(dead(text));
        found
    };
    assert_eq!(complaints(&[planted], judge), ["a.rs:2: 99"]);
}
