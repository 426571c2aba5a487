//! Tests that links in the documents lead to a file and a heading.

use std::path::Path;

use crate::{read, root, tree};

/// Returns the targets of a document's links and pictures, without external ones.
fn targets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (opening, end) in [("](", ')'), ("srcset=\"", '"'), ("src=\"", '"')] {
        let targets = text
            .split(opening)
            .skip(1)
            .filter_map(|rest| rest.split(end).next());
        found.extend(targets.map(str::to_owned));
    }
    found.retain(|target| !target.contains("://") && !target.starts_with("mailto:"));
    found
}

/// Returns the anchor of a heading, as repository hosts generate it.
fn anchor(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    let kept = lower.chars().filter_map(|sign| match sign {
        ' ' => Some('-'),
        sign if sign.is_alphanumeric() || sign == '-' || sign == '_' => Some(sign),
        _ => None,
    });
    kept.collect()
}

fn has_anchor(document: &Path, wanted: &str) -> bool {
    let text = read(document);
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|line| anchor(line.trim_start_matches('#')) == wanted)
}

/// Returns the links of a line that lead nowhere.
fn dead(document: &str, line: &str) -> Vec<String> {
    let document = root().join(document);
    let mut dead = targets(line);
    dead.retain(|target| {
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let file = if path.is_empty() {
            document.clone()
        } else {
            document.parent().unwrap().join(path)
        };
        !file.exists() || !anchor.is_empty() && !has_anchor(&file, anchor)
    });
    dead
}

#[test]
fn each_leads_to_a_file_and_a_heading() {
    let mut found = Vec::new();
    for document in tree() {
        if !document.is_document() {
            continue;
        }
        for (line, number) in document.text.lines().zip(1..) {
            let dead = dead(&document.path, line);
            found.extend(
                dead.iter()
                    .map(|target| format!("{}:{number}: {target}", document.path)),
            );
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_planted_link_to_nothing_is_found() {
    let line = "[a](nothing.md) [b](SECURITY.md#threat-model) [c](SECURITY.md#nothing) [d](#none)";
    let expected = ["nothing.md", "SECURITY.md#nothing", "#none"];
    assert_eq!(dead("docs/OPERATIONS.md", line), expected);
}

#[test]
fn anchors_are_made_as_hosts_make_them() {
    assert_eq!(anchor(" Stop, restart, upgrade"), "stop-restart-upgrade");
    assert_eq!(targets("[a](b.md#c) [d](https://example.com)"), ["b.md#c"]);
}
