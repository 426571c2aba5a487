//! The table of settings, as it stands between two markers of docs/OPERATIONS.md.

use std::{env, fmt::Write, fs};

use clap::{Arg, Command, CommandFactory};

use super::{commands, default, document, path};
use crate::cli::args::CliArguments;

const DOCUMENT: &str = "docs/OPERATIONS.md";
const START: &str = "<!-- settings: begin -->\n";
const END: &str = "<!-- settings: end -->\n";

/// A setting, and the commands that read it.
struct Setting {
    flag: String,
    variable: String,
    default: String,
    /// Whether the program itself holds the default; otherwise its help states it.
    is_value: bool,
    help: String,
    /// Leaf commands, as they are typed.
    readers: Vec<String>,
}

/// Returns the settings in the order in which the program declares them: those of every command,
/// then those of `serve`.
fn settings() -> Vec<Setting> {
    let arguments = CliArguments::command();
    let every = commands(&arguments, "").len();
    let mut found = Vec::new();
    collect(&arguments, "", &mut found);
    for setting in &mut found {
        setting.readers.sort();
        if setting.readers.len() == every {
            setting.readers.clear();
        }
    }
    found
}

/// Adds the settings of a command and of those below it.
fn collect(command: &Command, before: &str, found: &mut Vec<Setting>) {
    let below = || commands(command, before);
    for argument in command.get_arguments() {
        let Some(setting) = setting(argument) else {
            continue;
        };
        let place = found
            .iter()
            .position(|other| other.variable == setting.variable);
        let place = place.unwrap_or_else(|| {
            found.push(setting);
            found.len() - 1
        });
        found[place].readers.extend(below());
    }
    for command in command.get_subcommands() {
        collect(command, &format!("{before} {}", command.get_name()), found);
    }
}

fn setting(argument: &Arg) -> Option<Setting> {
    let variable = argument.get_env()?.to_string_lossy().into_owned();
    let help = argument.get_help()?.to_string();
    let (help, _) = help.split_once(" [default: ").unwrap_or((&help, ""));
    Some(Setting {
        flag: format!("--{}", argument.get_long()?),
        variable,
        default: default(argument),
        is_value: !argument.get_default_values().is_empty(),
        help: help.to_owned(),
        readers: Vec::new(),
    })
}

/// Returns the table in Markdown.
fn table() -> String {
    let mut text = String::from(
        "| flag | variable | default | what it does | read by |\n|---|---|---|---|---|\n",
    );
    for setting in settings() {
        let default = match setting.default.as_str() {
            "none" => "none".to_owned(),
            // What the help states is prose, if it is more than one word.
            prose if !setting.is_value && prose.contains(' ') => prose.to_owned(),
            value => format!("`{value}`"),
        };
        let readers = match &setting.readers[..] {
            [] => "every command".to_owned(),
            readers => {
                let readers: Vec<_> = readers.iter().map(|name| format!("`{name}`")).collect();
                readers.join(", ")
            }
        };
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {default} | {} | {readers} |",
            setting.flag, setting.variable, setting.help
        );
    }
    text
}

/// Replaces what stands between the markers.
fn replaced(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(START)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}\n{table}\n{END}{after}"))
}

#[test]
fn the_table_of_settings_is_that_of_the_program() {
    let text = document(DOCUMENT);
    let wanted = replaced(&text, &table()).unwrap();
    if env::var_os("WRITE_DOCUMENTS").is_some() {
        fs::write(path(DOCUMENT), &wanted).unwrap();
    }
    assert_eq!(
        document(DOCUMENT),
        wanted,
        "write it: WRITE_DOCUMENTS=1 cargo test -p server --lib documented"
    );
}

#[test]
fn only_what_stands_between_the_markers_changes() {
    let document = format!("a\n{START}old\n{END}b\n");
    let wanted = format!("a\n{START}\nnew\n\n{END}b\n");
    assert_eq!(replaced(&document, "new\n"), Some(wanted));
    assert_eq!(replaced("a\n", "new\n"), None);
}
