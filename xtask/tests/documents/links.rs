//! Tests that links between the documents resolve.

use std::path::{Path, PathBuf};

use crate::{files, read, root};

/// Returns the documents: those at the root, and all below `docs`.
fn documents() -> Vec<PathBuf> {
    let at_root = root()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = at_root
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    found.extend(files(&root().join("docs"), &["md"]));
    found
}

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

#[test]
fn each_leads_to_a_file_and_a_heading() {
    let mut dead = Vec::new();
    for document in documents() {
        for target in targets(&read(&document)) {
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let file = if path.is_empty() {
                document.clone()
            } else {
                document.parent().unwrap().join(path)
            };
            if !file.exists() || !anchor.is_empty() && !has_anchor(&file, anchor) {
                dead.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn anchors_are_made_as_hosts_make_them() {
    assert_eq!(anchor(" Stop, restart, upgrade"), "stop-restart-upgrade");
    assert_eq!(targets("[a](b.md#c) [d](https://example.com)"), ["b.md#c"]);
}
