//! The scripts of the index page and the app in WebAssembly use the same names.
//!
//! Neither compiler sees the other side. So `frontend/boot/protocol.ts` and
//! `app/src/boot_protocol.rs` each list the names, and these tests compare both lists
//! with each other and with the files that hold the names too.

use std::{collections::BTreeMap, fs};

use super::{root, sources_below};

const SCRIPTS_SIDE: &str = "frontend/boot/protocol.ts";
const APP_SIDE: &str = "app/src/boot_protocol.rs";
/// The names that the scripts share with the page, the styles and the server, but not with the app.
const PAGE_SIDE: &str = "frontend/boot/page.ts";

/// The values by their names, such as `page_event::OUTDATED`.
type Names = BTreeMap<String, String>;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn scripts_and_app_have_the_same_names() {
    let (scripts, app) = (of_scripts(&read(SCRIPTS_SIDE)), of_app(&read(APP_SIDE)));
    assert!(scripts.len() > 12, "{scripts:?}");
    assert_eq!(scripts, app, "{SCRIPTS_SIDE} and {APP_SIDE}");
}

#[test]
fn every_name_stands_where_it_is_looked_for() {
    let page = read("frontend/index.html");
    let styles: String = sources_below("style", &["css"])
        .iter()
        .map(|file| read(file))
        .collect();
    let access = read("app/src/wire/access.rs");
    let mut unknown = Vec::new();
    let names = of_scripts(&read(SCRIPTS_SIDE))
        .into_iter()
        .chain(of_scripts(&read(PAGE_SIDE)));
    for (name, value) in names {
        let kind = name.split("::").next().unwrap();
        let is_known = match (kind, name.as_str()) {
            // The server adds it.
            (_, "meta::LOGO") => {
                read("server/src/spa/brand.rs").contains("<meta name=\\\"logo\\\"")
            }
            ("meta", _) => page.contains(&format!("<meta name=\"{value}\"")),
            ("element" | "note", _) => page.contains(&format!(" id=\"{value}\"")),
            ("placeholder", _) => {
                page.contains(&value) && read("server/src/spa/index.rs").contains(&value)
            }
            (_, "mark::RELOAD") => page.contains(&format!(" {value}>")),
            (_, "mark::SCRIPTS" | "attribute::THEME") => styles.contains(&format!("[{value}")),
            ("header", _) => {
                read("server/src/middleware/api_request/build.rs").contains(&format!("\"{value}\""))
            }
            ("endpoint", _) => access.contains(&format!("\"{value}\"")),
            ("standing", _) => {
                read("domain/src/session/policy.rs").contains(&format!("\"{value}\" =>"))
            }
            ("page_path", _) => read("app/src/routes.rs").contains(&format!("=> \"{value}\"")),
            // Only scripts and app use these.
            (
                "attribute" | "key_fault" | "key_script" | "key_trouble" | "page_event"
                | "storage_key" | "theme",
                _,
            ) => true,
            _ => false,
        };
        if !is_known {
            unknown.push(format!("{name} = {value}"));
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

/// Tests that an id with this prefix is not written out anywhere but in the page and the lists.
#[test]
fn no_name_is_written_out_beside_the_lists() {
    // Plain words such as `theme` occur in other meanings too.
    let is_distinct = |value: &String| value.contains(['-', ':', '_']) && value != "aria-busy";
    let names = of_scripts(&read(SCRIPTS_SIDE))
        .into_iter()
        .chain(of_scripts(&read(PAGE_SIDE)));
    let values: Vec<_> = names.map(|(_, value)| value).filter(is_distinct).collect();
    assert!(values.len() > 12, "{values:?}");
    let mut files = sources_below("frontend/boot", &["ts"]);
    files.extend(sources_below("app/src", &["rs"]));
    files.retain(|file| ![SCRIPTS_SIDE, APP_SIDE, PAGE_SIDE].contains(&file.as_str()));
    let mut found = Vec::new();
    for file in files {
        let text = read(&file);
        for value in &values {
            let quoted = ['"', '\'', '`'].map(|quote| format!("{quote}{value}{quote}"));
            let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
            let holds = |line: &str| quoted.iter().any(|quoted| line.contains(quoted));
            found.extend(
                lines
                    .filter(|line| holds(line))
                    .map(|_| format!("{file}: {value}")),
            );
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn both_lists_are_read_as_they_are_written() {
    let scripts = "
        /** Events. */
        export const enum PageEvent {
          /** The server has `other = 'pages'`. */
          OutDated = 'a:b',
        }
        export const find = 'no name';";
    let app = "
        /// Events.
        pub(crate) mod page_event {
            /// The server has other pages.
            pub(crate) const OUT_DATED: &str = \"a:b\";
        }";
    let expected = Names::from([("page_event::OUT_DATED".to_owned(), "a:b".to_owned())]);
    assert_eq!(of_scripts(scripts), expected);
    assert_eq!(of_app(app), expected);
}

/// Reads `export const enum Kind {` and `Name = 'value',`.
fn of_scripts(source: &str) -> Names {
    let mut kind = None;
    let mut names = Names::new();
    for line in source.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("export const enum ") {
            kind = Some(in_snake_case(name.trim_end_matches(" {")));
        } else if line.starts_with('}') {
            kind = None;
        } else if let Some(kind) = &kind
            && let Some((name, value)) = line.split_once(" = '")
            && name.chars().all(char::is_alphanumeric)
        {
            let name = in_snake_case(name).to_uppercase();
            let value = value.trim_end_matches("',").to_owned();
            assert_eq!(names.insert(format!("{kind}::{name}"), value), None);
        }
    }
    names
}

/// Reads `pub(crate) mod kind {` and `pub(crate) const NAME: &str = "value";`.
fn of_app(source: &str) -> Names {
    let mut kind = String::new();
    let mut names = Names::new();
    for line in source.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("pub(crate) mod ") {
            name.trim_end_matches(" {").clone_into(&mut kind);
        } else if let Some(constant) = line.strip_prefix("pub(crate) const ") {
            let (name, value) = constant.split_once(": &str = \"").unwrap();
            let value = value.trim_end_matches("\";").to_owned();
            assert_eq!(names.insert(format!("{kind}::{name}"), value), None);
        }
    }
    names
}

/// Returns `page_event` for `PageEvent`.
fn in_snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
