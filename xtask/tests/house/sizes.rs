//! A file has at most 400 lines, and a folder about a dozen files.

use std::{collections::BTreeMap, fs};

use super::{root, sources_below};

/// The maximum number of lines of a file.
const LINES: usize = 400;
/// The maximum number of sources in a folder.
const FILES: usize = 14;

/// Folders with more files, each with the reason.
const LARGER: [(&str, &str); 3] = [
    (
        "end2end/engines",
        "three browsers that share one table of journeys",
    ),
    ("end2end/tests", "one file a journey, found by its name"),
    ("style/ui", "one file a widget, named like it"),
];

fn sources() -> Vec<String> {
    let found = sources_below("", &["rs", "ts", "css", "mjs"]);
    assert!(found.len() > 500, "{}", found.len());
    found
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let lines = |file: &String| {
        fs::read_to_string(root().join(file))
            .unwrap()
            .lines()
            .count()
    };
    let long: Vec<_> = sources()
        .into_iter()
        .map(|file| (lines(&file), file))
        .filter(|(count, _)| *count > LINES)
        .collect();
    assert_eq!(long, Vec::new());
}

#[test]
fn no_folder_holds_more_files_than_can_be_taken_in() {
    let mut counts = BTreeMap::<String, usize>::new();
    for file in sources() {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        *counts.entry(folder.to_owned()).or_default() += 1;
    }
    let full: Vec<_> = counts
        .iter()
        .filter(|(_, count)| **count > FILES)
        .map(|(folder, _)| folder.as_str())
        .collect();
    let mut named = LARGER.map(|(folder, _)| folder);
    named.sort_unstable();
    assert_eq!(full, named, "found, and named with a reason");
}
