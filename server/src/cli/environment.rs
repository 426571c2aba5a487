//! Settings that an env file brings as no shell would: with their quotes, with the comment behind them, or under a name that is none.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};

use super::args::Arguments;
use crate::config::SettingError;

/// All settings of this program begin so.
const PREFIX: &str = "TWINLOCK_";
/// A name may hold ` #`: `Team #1`.
const BRAND: &str = "TWINLOCK_BRAND";

/// Refuses a value that still has its quotes or its comment. Compose files, `--env-file` and older service managers hand them on as they
/// stand in the file.
pub fn check() -> Result<(), SettingError> {
    let known = known();
    for (name, value) in variables() {
        if known.contains(&name)
            && let Some(problem) = problem(&name, &value)
        {
            return Err(SettingError::of_variable(name, problem.to_owned()));
        }
    }
    Ok(())
}

/// Names that look like a setting of this program and are none.
pub fn unknown() -> Vec<String> {
    let known = known();
    let names = variables().map(|(name, _)| name);
    names.filter(|name| !known.contains(name)).collect()
}

fn variables() -> impl Iterator<Item = (String, String)> {
    let texts = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts.filter(|(name, _)| name.starts_with(PREFIX))
}

/// The variables of all commands.
fn known() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(&Arguments::command(), &mut names);
    names
}

fn collect(command: &Command, names: &mut BTreeSet<String>) {
    let variables = command
        .get_arguments()
        .filter_map(|argument| argument.get_env());
    names.extend(variables.filter_map(|name| name.to_str().map(str::to_owned)));
    for command in command.get_subcommands() {
        collect(command, names);
    }
}

/// What is wrong with a value; it is not repeated, because it may hold a password.
fn problem(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    let is_quoted = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
    if is_quoted('"') || is_quoted('\'') {
        return Some("the quotes around it belong to the value; write it without them");
    }
    let has_comment = name != BRAND && value.contains(" #");
    has_comment.then_some(
        "` #` and what follows belongs to the value; write comments on lines of their own",
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// S19 of the field: an env file is no shell.
    #[rstest]
    #[case(BRAND, "\"Acme\"", true)]
    #[case(BRAND, "'Acme'", true)]
    #[case(BRAND, "Team #1", false)]
    #[case(BRAND, "\"Acme\" & Co", false)]
    #[case("TWINLOCK_DATABASE_URL", "sqlite:x.db # note", true)]
    #[case("TWINLOCK_DATABASE_URL", "\"sqlite:x.db\" ", true)]
    #[case("TWINLOCK_SUPPORT_URL", "https://example.com/#help", false)]
    #[case("TWINLOCK_LISTEN", "\"", false)]
    fn s19_quotes_and_comments_are_named(
        #[case] name: &str,
        #[case] value: &str,
        #[case] is_wrong: bool,
    ) {
        assert_eq!(problem(name, value).is_some(), is_wrong);
    }

    #[test]
    fn the_settings_of_every_command_are_known() {
        let known = known();
        for name in [
            BRAND,
            "TWINLOCK_DATABASE_URL",
            "TWINLOCK_KEY_FILE",
            "TWINLOCK_PUBLIC_URL",
        ] {
            assert!(known.contains(name), "{name}");
        }
        assert!(known.iter().all(|name| name.starts_with(PREFIX)));
    }
}
