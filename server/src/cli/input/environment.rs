//! Detects settings that an env file passes on unparsed: with their quotes, with a trailing
//! comment, or under an unknown name.

use std::{collections::BTreeSet, ffi::OsString};

use clap::{Command, CommandFactory};
use strsim::normalized_damerau_levenshtein;

use crate::{
    cli::{
        args::CliArguments,
        input::suggestion::{self, Suggestion},
    },
    config::SettingError,
};

/// The prefix of all settings of this program.
const PREFIX: &str = "TWINLOCK_";
/// The required similarity of a name without this prefix, because other programs' variables are not
/// ours.
const ALIKE: f64 = 0.85;
/// The variables that the `PostgreSQL` driver reads besides the URL, and silently ignores if they
/// are not UTF-8.
const OF_POSTGRES: [&str; 12] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGAPPNAME",
    "PGOPTIONS",
];
/// The problem of a value that is not UTF-8. The value is not repeated.
const NO_TEXT: &str =
    "its value is not UTF-8; write it in UTF-8, or percent-encode other bytes in a URL";
/// A brand may contain ` #`: `Team #1`.
const BRAND: &str = "TWINLOCK_BRAND";

/// Refuses a value that still has its quotes or its comment, because Compose files, `--env-file`
/// and older service managers pass them on as they are in the file.
pub fn check() -> Result<(), SettingError> {
    let known = known();
    let is_ours = |name: &str| known.contains(name) || OF_POSTGRES.contains(&name);
    if let Some(name) = no_text(std::env::vars_os()).find(|name| is_ours(name)) {
        return Err(SettingError::of_variable(name, NO_TEXT.to_owned()));
    }
    if let Some(name) = argument_without_text(std::env::args_os().skip(1)) {
        return Err(SettingError::of_variable(name, NO_TEXT.to_owned()));
    }
    for (name, value) in variables() {
        if known.contains(&name)
            && let Some(problem) = problem(&name, &value)
        {
            return Err(SettingError::of_variable(name, problem.to_owned()));
        }
    }
    Ok(())
}

/// Returns the names of variables whose values are not UTF-8.
fn no_text(variables: impl Iterator<Item = (OsString, OsString)>) -> impl Iterator<Item = String> {
    variables
        .filter(|(_, value)| value.to_str().is_none())
        .filter_map(|(name, _)| name.into_string().ok())
}

/// Returns the first argument that is not UTF-8, by its flag, or else by its number.
fn argument_without_text(arguments: impl Iterator<Item = OsString>) -> Option<String> {
    let mut before = None;
    for (index, argument) in arguments.enumerate() {
        let text = argument.to_string_lossy().into_owned();
        let flag = text.split('=').next().filter(|flag| flag.starts_with("--"));
        if argument.to_str().is_none() {
            let own = flag.filter(|flag| !flag.contains(char::REPLACEMENT_CHARACTER));
            return own
                .map(str::to_owned)
                .or(before)
                .or_else(|| Some(format!("argument {}", index + 1)));
        }
        before = flag.filter(|_| !text.contains('=')).map(str::to_owned);
    }
    None
}

/// Returns a sentence for each variable that looks like a setting of this program but is unknown.
pub fn unknown() -> Vec<String> {
    let known = known();
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    names.filter_map(|name| misspelt(&name, &known)).collect()
}

/// Returns a hint for an unknown variable that looks like a known one.
fn misspelt(name: &str, known: &BTreeSet<String>) -> Option<String> {
    if known.contains(name) {
        return None;
    }
    let upper = name.to_uppercase().replace('-', "_");
    let flags: Vec<String> = known.iter().filter_map(|known| as_flag(known)).collect();
    // The prefix itself may be misspelt.
    let of_ours = as_flag(&upper).or_else(|| {
        let is_near = |known: &&String| normalized_damerau_levenshtein(&upper, known) >= ALIKE;
        as_flag(known.iter().find(is_near)?)
    })?;
    let meant = suggestion::setting(&of_ours, flags.iter().map(String::as_str));
    let hint = match meant {
        Some(Suggestion::Setting(flag)) => format!("did you mean {}?", as_variable(flag)),
        Some(Suggestion::Words(words)) => words.to_owned(),
        None => "`twinlock serve --help` names them all".to_owned(),
    };
    Some(format!(
        "{} is not a setting of this program: {hint}",
        format!("{name:.80}").escape_debug()
    ))
}

/// Returns the flag of a variable, without leading dashes.
fn as_flag(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(PREFIX)?;
    Some(name.to_lowercase().replace('_', "-"))
}

/// Returns the variable of a flag.
pub fn as_variable(flag: &str) -> String {
    format!("{PREFIX}{}", flag.to_uppercase().replace('-', "_"))
}

fn variables() -> impl Iterator<Item = (String, String)> {
    let texts = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts.filter(|(name, _)| name.starts_with(PREFIX))
}

/// Returns the variables of all commands.
fn known() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(&CliArguments::command(), &mut names);
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

/// Returns the problem of a value. The value is not repeated, because it may contain a password.
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
    use std::os::unix::ffi::OsStringExt;

    use rstest::rstest;

    use super::*;

    /// S19: an env file is not a shell.
    #[rstest]
    #[case("TWINLOCK_LISTN", "did you mean TWINLOCK_LISTEN?")]
    #[case("TWINLOCK_PORT", "did you mean TWINLOCK_LISTEN?")]
    #[case("TWINLOCK_KEYFILE", "did you mean TWINLOCK_KEY_FILE?")]
    #[case("twinlock_listen", "did you mean TWINLOCK_LISTEN?")]
    #[case("TWINLOCK-PUBLIC-URL", "did you mean TWINLOCK_PUBLIC_URL?")]
    #[case("TWINLOK_PUBLIC_URL", "did you mean TWINLOCK_PUBLIC_URL?")]
    #[case("TWIN_LOCK_PUBLIC_URL", "did you mean TWINLOCK_PUBLIC_URL?")]
    #[case(
        "TWINLOCK_LOG_LEVEL",
        "the filter of the log is RUST_LOG, such as RUST_LOG=debug"
    )]
    #[case("TWINLOCK_XYZ", "`twinlock serve --help` names them all")]
    fn s19_a_misspelt_variable_is_told_with_the_nearest(#[case] name: &str, #[case] hint: &str) {
        let said = misspelt(name, &known()).unwrap();
        assert_eq!(
            said,
            format!("{name} is not a setting of this program: {hint}")
        );
    }

    #[rstest]
    fn s19_other_variables_are_none_of_ours(
        #[values("TWINLOCK_LISTEN", "PUBLIC_URL", "LISTEN_FDS", "PATH", "TWINS")] name: &str,
    ) {
        assert_eq!(misspelt(name, &known()), None);
    }

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

    #[rstest]
    #[case(&["user", "add", "--name", "ü"], "--name")]
    #[case(&["serve", "--brand=ü"], "--brand")]
    #[case(&["serve", "--bränd=x"], "argument 2")]
    #[case(&["--json", "user", "list", "ü"], "argument 4")]
    #[case(&["--brand=x", "ü"], "argument 2")]
    fn s19_an_argument_that_is_no_text_is_named(#[case] given: &[&str], #[case] name: &str) {
        // Encoded as Latin-1.
        let bytes = |text: &str| {
            text.encode_utf16()
                .map(|sign| sign.to_le_bytes()[0])
                .collect()
        };
        let given = given.iter().map(|text| OsString::from_vec(bytes(text)));
        assert_eq!(argument_without_text(given).unwrap(), name);
        let texts = ["--name", "Ada"].map(OsString::from);
        assert_eq!(argument_without_text(texts.into_iter()), None);
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
