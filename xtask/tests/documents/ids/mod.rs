//! Ids such as `R1`, `S20` and `F8`: where they stand, and the appendix of docs/SECURITY.md that
//! has a sentence for each.

mod appendix;
mod field_cases;
mod mentions;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Source, read, root, tree};

/// The folder of the attack suite.
const ATTACK: &str = "suites/attack";
/// The folder of the doors suite.
const DOORS: &str = "suites/doors";
/// The folder of the fault suite.
const FAULTS: &str = "suites/faults";
/// The folder of these tests, which plant ids.
const THIS: &str = "xtask/tests/documents";

/// An id, and what must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Id {
    name: String,
    sentence: String,
}

/// A group of ids with one source.
struct List {
    title: &'static str,
    ids: Vec<Id>,
}

/// Returns every list of ids, in the order of the appendix.
fn lists() -> Vec<List> {
    let attacks = read(&root().join(ATTACK).join("src/ids.rs"));
    let doors = read(&root().join(DOORS).join("src/ids.rs"));
    let faults = read(&root().join("docs/FAULTS.md"));
    let field = field_cases::LIST.iter().map(|(name, sentence)| Id {
        name: (*name).to_owned(),
        sentence: (*sentence).to_owned(),
    });
    vec![
        List {
            title: "Attacks",
            ids: pairs(&attacks),
        },
        List {
            title: "Cases from the field",
            ids: field.collect(),
        },
        List {
            title: "Cases behind real proxies",
            ids: pairs(&doors),
        },
        List {
            title: "Faults",
            ids: faults_of(&faults),
        },
        List {
            title: "Promises that hold under each fault",
            ids: promises(&faults),
        },
    ]
}

/// Returns the pairs of an id and a sentence in a Rust source, a line each.
fn pairs(source: &str) -> Vec<Id> {
    let pairs = source.lines().filter_map(|line| {
        let line = line.trim().strip_prefix("(\"")?.strip_suffix("\"),")?;
        let (name, sentence) = line.split_once("\", \"")?;
        Some(Id {
            name: name.to_owned(),
            sentence: sentence.to_owned(),
        })
    });
    pairs.collect()
}

/// Returns the faults in the table of docs/FAULTS.md, each with what was done on its first engine.
fn faults_of(document: &str) -> Vec<Id> {
    let mut found = Vec::<Id>::new();
    for line in document.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, name, _engine, done, ..] = cells[..] else {
            continue;
        };
        let is_known = found.iter().any(|id| id.name == name);
        if mentions::is_id(name) && !is_known {
            let end = [" (", "; ", ": "]
                .iter()
                .filter_map(|sign| done.find(sign))
                .min();
            let sentence = match end {
                Some(end) if done.len() > 90 => &done[..end],
                _ => done,
            };
            found.push(Id {
                name: name.to_owned(),
                sentence: sentence.to_owned(),
            });
        }
    }
    found
}

/// Returns the promises that docs/FAULTS.md states as `**J1** sentence;`.
fn promises(document: &str) -> Vec<Id> {
    let parts = document.split("**J").skip(1);
    let found = parts.filter_map(|part| {
        let (number, rest) = part.split_once("** ")?;
        let end = rest.find([';', '.'])?;
        Some(Id {
            name: format!("J{number}"),
            sentence: rest[..end].split_whitespace().collect::<Vec<_>>().join(" "),
        })
    });
    found.collect()
}

/// Returns the names of all ids.
fn known() -> BTreeSet<String> {
    let ids = lists().into_iter().flat_map(|list| list.ids);
    ids.map(|id| id.name).collect()
}

/// Returns the sources that name each id: tests by their names, and comments.
fn places(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut places = BTreeMap::<String, BTreeSet<String>>::new();
    let mut add = |id: String, path: &str| {
        places.entry(id).or_default().insert(path.to_owned());
    };
    for source in sources {
        if source.is_document() || is_only_an_example(&source.path) {
            continue;
        }
        for (_, id) in mentions::of(source) {
            add(id, &source.path);
        }
        for (id, path) in shown_elsewhere(source) {
            add(id, &path);
        }
    }
    places
}

/// Returns whether a source names ids without testing them: these tests, and the lists, arguments
/// and reports of the suites.
fn is_only_an_example(path: &str) -> bool {
    let suites = [ATTACK, DOORS, FAULTS];
    let within = suites
        .iter()
        .find_map(|suite| path.strip_prefix(&format!("{suite}/src/")));
    within.is_some_and(|file| !file.contains('/'))
        || path.starts_with(THIS)
        || path.starts_with("xtask/src/checks/")
}

/// Returns what the suites say of their ids, each with a file: the suite's own, and that of another
/// test in `attack!("L5", Plan::Elsewhere("file", …))` and
/// `Fault::on_any("F7", Elsewhere("file", …))`.
fn shown_elsewhere(source: &Source) -> Vec<(String, String)> {
    let suites = [ATTACK, DOORS, FAULTS];
    if !suites.iter().any(|suite| source.path.starts_with(suite)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut last = None;
    for piece in source.text.split('"').skip(1).step_by(2) {
        let first = piece.split(' ').next().unwrap_or_default();
        if mentions::is_id(first) {
            found.push((first.to_owned(), source.path.clone()));
            last = Some(first);
        } else if let Some(id) = last.take() {
            // The first string behind the id.
            let is_file = piece.contains('/') && piece.contains('.') && !piece.contains(' ');
            found.extend(is_file.then(|| (id.to_owned(), piece.to_owned())));
        }
    }
    found
}

#[test]
fn every_id_in_sources_and_documents_resolves() {
    let known = known();
    let mut unknown = Vec::new();
    for source in tree() {
        if source.path.starts_with(THIS) {
            continue;
        }
        for (line, id) in mentions::of(&source) {
            if !known.contains(&id) {
                unknown.push(format!("{}:{line}: {id}", source.path));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new(), "not in docs/SECURITY.md");
}

#[test]
fn no_id_is_listed_twice_or_without_a_sentence() {
    let ids: Vec<_> = lists().into_iter().flat_map(|list| list.ids).collect();
    assert!(ids.len() > 200, "{}", ids.len());
    let unique: BTreeSet<_> = ids.iter().map(|id| &id.name).collect();
    assert_eq!(unique.len(), ids.len());
    for id in &ids {
        assert!(mentions::is_id(&id.name), "{id:?}");
        assert!(id.sentence.contains(' '), "{id:?}");
    }
}

#[test]
fn every_id_has_a_test_or_a_reason() {
    let places = places(&tree());
    let without: Vec<_> = known()
        .into_iter()
        .filter(|id| !places.contains_key(id))
        .collect();
    assert_eq!(without, Vec::<String>::new(), "no source names it");
}

#[test]
fn ids_are_read_from_their_lists() {
    let id = |name: &str, sentence: &str| Id {
        name: name.to_owned(),
        sentence: sentence.to_owned(),
    };
    assert_eq!(
        pairs("    (\"R1\", \"One is accepted.\"),\n    other(\"R2\"),"),
        [id("R1", "One is accepted.")]
    );
    assert_eq!(
        faults_of("| id | engine | done |\n| F1 | SQLite | a kill | 2 |\n| F1 | both | more | 2 |"),
        [id("F1", "a kill")]
    );
    assert_eq!(
        promises("Promises: **J1** it is there; **J2** it is not\nagain."),
        [id("J1", "it is there"), id("J2", "it is not again")]
    );
    let source = Source {
        path: format!("{ATTACK}/src/families/limits.rs"),
        text: "attack!(\"L5\", Plan::Elsewhere(\"server/a.rs\", \"b/c\", \"d\"))".to_owned(),
    };
    let shown = |file: &str| ("L5".to_owned(), file.to_owned());
    let expected = [shown(&source.path), shown("server/a.rs")];
    assert_eq!(shown_elsewhere(&source), expected);
}
