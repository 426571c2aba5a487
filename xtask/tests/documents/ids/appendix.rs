//! The appendix of docs/SECURITY.md: each id, its sentence, and where it is tested.
//! `WRITE_DOCUMENTS=1 cargo test -p xtask --test documents` writes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write,
    fs,
};

use super::{List, lists, places};
use crate::{read, root, tree};

const DOCUMENT: &str = "docs/SECURITY.md";
const START: &str = "<!-- ids: begin -->\n";
const END: &str = "<!-- ids: end -->\n";

/// Returns the tables.
fn tables(lists: &[List], places: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut text = String::new();
    for list in lists {
        let _ = write!(
            text,
            "\n### {}\n\n| id | what is tried, or must hold | where |\n|---|---|---|\n",
            list.title
        );
        for id in &list.ids {
            let files = places.get(&id.name).into_iter().flatten();
            let files: Vec<_> = files.map(|file| format!("`{file}`")).collect();
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                id.name,
                id.sentence.trim_end_matches('.'),
                files.join(", ")
            );
        }
    }
    text.push('\n');
    text
}

/// Replaces what stands between the markers.
fn replaced(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(START)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}{tables}{END}{after}"))
}

#[test]
fn the_appendix_is_that_of_the_lists_and_the_tests() {
    let path = root().join(DOCUMENT);
    let document = read(&path);
    let wanted = replaced(&document, &tables(&lists(), &places(&tree()))).unwrap();
    if env::var_os("WRITE_DOCUMENTS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let first = wanted
        .lines()
        .zip(read(&path).lines())
        .find(|(wanted, found)| wanted != found)
        .map(|(wanted, found)| format!("wanted: {wanted}\nfound: {found}"));
    assert_eq!(
        first, None,
        "write it: WRITE_DOCUMENTS=1 cargo test -p xtask --test documents"
    );
    assert_eq!(wanted, read(&path));
}

#[test]
fn only_what_stands_between_the_markers_changes() {
    let document = format!("a\n{START}old\n{END}b\n");
    let wanted = format!("a\n{START}new\n{END}b\n");
    assert_eq!(replaced(&document, "new\n"), Some(wanted));
    assert_eq!(replaced("a\n", "new\n"), None);
}
