//! Folders may not import each other in a circle, directly or through other folders.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use super::{root, sources_below};

const CRATES: [&str; 4] = ["app", "domain", "storage", "usecases"];

/// The imports of each top-level folder or file of a crate.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_folder_imports_one_that_imports_it() {
    for name in CRATES {
        let imports = imports_of(name);
        assert!(imports.len() > 3, "{name}: {imports:?}");
        for folder in imports.keys() {
            let circle = way(&imports, folder, folder);
            assert_eq!(circle, None, "{name}: a circle of imports");
        }
    }
}

/// The use cases of the operator ask no session what it may do, so no page may reach one.
#[test]
fn no_server_function_acts_as_the_operator() {
    let sources = sources_below("app/src/", &["rs"]);
    assert!(sources.len() > 100, "{}", sources.len());
    let calls: Vec<_> = sources
        .into_iter()
        .filter(|path| {
            fs::read_to_string(root().join(path))
                .unwrap()
                .contains("operator::")
        })
        .collect();
    assert_eq!(calls, Vec::<String>::new());
}

/// Tests that a circle is found, that grouped imports are read, and that tests and comments do not
/// count.
#[test]
fn imports_are_read_as_they_are_written() {
    let source = "
        //! See [`crate::hidden`].
        use crate::{
            first::{inner::Thing, Other},
            second,
        };
        fn act() { crate::third::act(); }
        #[cfg(test)]
        mod tests { use crate::tested; }";
    let read = modules(source);
    let read: Vec<_> = read.iter().map(String::as_str).collect();
    assert_eq!(read, ["first", "second", "third"]);
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let imports = Imports::from([
        ("a".to_owned(), set(&["b"])),
        ("b".to_owned(), set(&["c"])),
        ("c".to_owned(), set(&["a"])),
        ("d".to_owned(), set(&["a"])),
    ]);
    let circle = ["a", "b", "c", "a"].map(str::to_owned).to_vec();
    assert_eq!(way(&imports, "a", "a"), Some(circle));
    assert_eq!(way(&imports, "d", "d"), None);
}

fn imports_of(name: &str) -> Imports {
    let source = format!("{name}/src/");
    let mut imports = Imports::new();
    for file in sources_below(&source, &["rs"]) {
        let path = &file[source.len()..];
        if path == "lib.rs" || path.ends_with("tests.rs") {
            continue;
        }
        let first = path.split('/').next().unwrap();
        let own = first.strip_suffix(".rs").unwrap_or(first).to_owned();
        let mut used = modules(&fs::read_to_string(root().join(&file)).unwrap());
        used.remove(&own);
        imports.entry(own).or_default().extend(used);
    }
    let known: BTreeSet<_> = imports.keys().cloned().collect();
    for used in imports.values_mut() {
        // Items of `lib.rs` itself belong to no folder.
        used.retain(|name| known.contains(name));
    }
    imports
}

/// Returns the top-level modules that a source imports, without its tests and comments.
fn modules(source: &str) -> BTreeSet<String> {
    let lines = source
        .lines()
        .map(str::trim)
        .take_while(|line| *line != "#[cfg(test)]")
        .filter(|line| !line.starts_with("//"));
    let code: Vec<_> = lines.collect();
    let code = code.join("\n");
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            found.extend(heads(group));
        } else {
            found.insert(word(part));
        }
    }
    found
}

/// Returns the first word of each item of a group, up to the group's end.
fn heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut begins) = (0_u32, true);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            sign if begins && !sign.is_whitespace() => {
                heads.push(word(&group[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    let end = text.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
    text[..end.unwrap_or(text.len())].to_owned()
}

/// Returns a path of imports from one folder to another.
fn way(imports: &Imports, from: &str, to: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![from.to_owned()]];
    while let Some(way) = ways.pop() {
        let last = way.last()?.clone();
        for next in imports.get(&last).into_iter().flatten() {
            let mut longer = way.clone();
            longer.push(next.clone());
            if next == to {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}
