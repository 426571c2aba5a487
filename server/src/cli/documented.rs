//! Tests that the documents list every setting with its default and every command, and none that
//! do not exist. The table of settings in docs/OPERATIONS.md is generated from the arguments:
//! `WRITE_DOCUMENTS=1 cargo test -p server --lib documented` writes it.

mod settings_table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use clap::{Arg, Command, CommandFactory, Parser};

use crate::cli::args::CliArguments;

/// Variables of the build and test tools, which documents may name too.
const OF_THE_TOOLS: [&str; 1] = ["TWINLOCK_TOOLS"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn document(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// A setting's row in the table: flag, variable and default.
type Row = (String, String, String);

/// Returns the program's settings, by variable name.
fn settings() -> BTreeMap<String, Row> {
    let mut found = BTreeMap::new();
    collect(&CliArguments::command(), &mut found);
    found
}

fn collect(command: &Command, found: &mut BTreeMap<String, Row>) {
    for argument in command.get_arguments() {
        let (Some(variable), Some(flag)) = (argument.get_env(), argument.get_long()) else {
            continue;
        };
        let variable = variable.to_string_lossy().into_owned();
        let row = (format!("--{flag}"), variable.clone(), default(argument));
        let other = found.insert(variable, row.clone());
        assert!(other.is_none_or(|other| other == row), "{row:?}");
    }
    for command in command.get_subcommands() {
        collect(command, found);
    }
}

/// Returns the default: as the program sets it, otherwise as the help states it.
fn default(argument: &Arg) -> String {
    if let [value] = argument.get_default_values() {
        return value.to_string_lossy().into_owned();
    }
    let help = argument.get_help().map(ToString::to_string);
    let said = help
        .as_deref()
        .and_then(|help| help.split_once("[default: "));
    let said = said.and_then(|(_, said)| said.strip_suffix(']'));
    said.unwrap_or("none").to_owned()
}

/// Returns the rows of the document's table.
fn rows(text: &str) -> BTreeMap<String, Row> {
    let rows = text.lines().filter(|line| line.starts_with("| `--"));
    let rows = rows.map(|line| {
        let mut cells = line.split('|').skip(1).map(str::trim);
        let mut plain = || cells.next().unwrap().to_owned();
        let (flag, variable, default) = (plain(), plain(), plain());
        let bare = |cell: String| cell.trim_matches('`').to_owned();
        (bare(flag), bare(variable), bare(default))
    });
    rows.map(|row| (row.1.clone(), row)).collect()
}

/// Returns every variable that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let is_of_name = |sign: char| sign.is_ascii_uppercase() || sign == '_';
    let names = text.match_indices("TWINLOCK_").map(|(at, _)| {
        let name = text[at..].split(|sign| !is_of_name(sign)).next();
        name.unwrap_or_default().to_owned()
    });
    // `TWINLOCK_…` stands for all variables.
    names.filter(|name| name != "TWINLOCK_").collect()
}

/// Splits a line into shell words, up to the first that does not belong to the program.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for sign in line.chars() {
        match sign {
            '"' => is_quoted = !is_quoted,
            '#' | '<' | '>' | '|' if !is_quoted => break,
            ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(sign),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Returns the calls of the program in a document's code blocks.
fn calls(text: &str) -> Vec<Vec<String>> {
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines);
    let lines = lines.filter(|line| line.starts_with("twinlock "));
    lines.map(words).collect()
}

/// Returns the leaf commands, as they are typed.
fn commands(command: &Command, before: &str) -> BTreeSet<String> {
    let below: Vec<_> = command.get_subcommands().collect();
    if below.is_empty() {
        return BTreeSet::from([before.trim().to_owned()]);
    }
    let below = below
        .iter()
        .map(|command| commands(command, &format!("{before} {}", command.get_name())));
    below.flatten().collect()
}

#[test]
fn every_setting_stands_in_the_table_with_its_default() {
    assert_eq!(rows(&document("docs/OPERATIONS.md")), settings());
}

#[test]
fn no_document_names_a_setting_that_does_not_exist() {
    let known = settings();
    for name in [
        "README.md",
        "docs/OPERATIONS.md",
        "docs/SECURITY.md",
        "docs/twinlock.service",
        "docs/proxies/nginx.conf",
        "docs/proxies/Caddyfile",
        "docs/proxies/haproxy.cfg",
        "docs/proxies/apache.conf",
    ] {
        let mut unknown = named(&document(name));
        unknown.retain(|name| !known.contains_key(name) && !OF_THE_TOOLS.contains(&&**name));
        assert_eq!(unknown, BTreeSet::new(), "{name}");
    }
}

/// Users who have only the program start with the README.
#[test]
fn the_readme_begins_with_calls_of_the_program_that_can_be_typed() {
    let readme = document("README.md");
    let calls = calls(&readme);
    assert_eq!(calls[0], ["twinlock", "serve"]);
    for call in &calls {
        let parsed = CliArguments::try_parse_from(call);
        assert!(parsed.is_ok(), "{call:?}: {}", parsed.unwrap_err());
    }
    let at = |words: &str| readme.find(words).unwrap();
    assert!(at("\ntwinlock serve") < at("\ncargo xtask run"));
}

#[test]
fn every_command_has_an_example_that_can_be_typed() {
    let calls = calls(&document("docs/OPERATIONS.md"));
    for call in &calls {
        let parsed = CliArguments::try_parse_from(call);
        assert!(parsed.is_ok(), "{call:?}: {}", parsed.unwrap_err());
    }
    let mut without = commands(&CliArguments::command(), "");
    without.retain(|command| {
        let words: Vec<_> = command.split(' ').collect();
        let is_this = |call: &Vec<String>| {
            call[1..]
                .iter()
                .zip(&words)
                .all(|(one, other)| one == other)
        };
        !calls
            .iter()
            .any(|call| call.len() > words.len() && is_this(call))
    });
    assert_eq!(without, BTreeSet::new());
}
