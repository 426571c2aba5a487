//! Reports wrong arguments in one line, like every other refusal.

use std::net::SocketAddr;

use clap::{
    Arg, Command, CommandFactory, Error,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::cli::{
    args::CliArguments,
    input::{
        environment::as_variable,
        suggestion::{self, Suggestion},
    },
    output::calls::quoted,
};

/// Describes the problem with the arguments; none for help and version, or if the list of commands
/// says more.
pub fn line(error: &Error, words: &[String]) -> Option<String> {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_help || !error.use_stderr() {
        return None;
    }
    let text = error.render().to_string();
    let said = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let said = said.collect::<Vec<_>>().join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    let said = of_an_option(error, words)
        .or_else(|| of_others(error))
        .or_else(|| of_an_argument(error, words))
        .unwrap_or_else(|| said.replace(" tip: ", "; "));
    Some(format!("{said}; add `--help` to the command for more"))
}

/// Names our equivalent of another program's flag or command. The library would only suggest the
/// most similar name.
fn of_others(error: &Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    };
    if error.kind() == ErrorKind::InvalidSubcommand {
        let name = text(ContextKind::InvalidSubcommand)?;
        let command = suggestion::command(name)?;
        return Some(format!(
            "unrecognized subcommand '{name}': use `twinlock {command}`"
        ));
    }
    let flag = text(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument);
    let flag = flag?;
    let is_address = flag.parse::<u16>().is_ok() || flag.parse::<SocketAddr>().is_ok();
    let meant = if is_address {
        Some(Suggestion::Setting("listen"))
    } else {
        suggestion::flag(&flag.trim_start_matches('-').to_lowercase())
    };
    let meant = meant.filter(|meant| is_about(error, *meant));
    let use_this = match meant? {
        Suggestion::Setting(name @ "listen") => {
            format!(
                "use `serve --listen 127.0.0.1:3000` or {}",
                as_variable(name)
            )
        }
        Suggestion::Setting(name) => format!("use `--{name}` or {}", as_variable(name)),
        Suggestion::Words(words) => words.to_owned(),
    };
    Some(format!("unexpected argument '{flag}' found: {use_this}"))
}

/// Returns the index of the unknown flag. The library names only its first letter.
fn unexpected(error: &Error, words: &[String]) -> Option<usize> {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let is_short = flag.starts_with('-') && !flag.starts_with("--");
    let is_it = |word: &String| word == flag || is_short && word.starts_with(flag.as_str());
    let found = words.iter().position(is_it);
    found.filter(|_| error.kind() == ErrorKind::UnknownArgument)
}

/// Explains how to give an option's value that begins with a dash, such as a name.
fn of_an_option(error: &Error, words: &[String]) -> Option<String> {
    let at = unexpected(error, words)?;
    let option = &words[at.checked_sub(1)?];
    let name = option.strip_prefix("--")?;
    takes_value(&CliArguments::command(), name).then(|| {
        let value = &words[at];
        let (told, value) = (value.escape_debug(), quoted(value));
        format!("unexpected argument '{told}' found; to pass it as a value, use `{option}={value}`")
    })
}

/// Explains the same for an argument, such as an address, unless it resembles a flag of the
/// command.
fn of_an_argument(error: &Error, words: &[String]) -> Option<String> {
    let value = &words[unexpected(error, words)?];
    let is_misspelt = error.get(ContextKind::SuggestedArg).is_some();
    let may_be_value = error.get(ContextKind::Suggested).is_some();
    (may_be_value && !is_misspelt).then(|| {
        let (told, value) = (value.escape_debug(), quoted(value));
        format!(
            "unexpected argument '{told}' found; to pass it as a value, use `-- {value}` at the end"
        )
    })
}

/// Returns whether any command has an option of that name with a value.
fn takes_value(command: &Command, name: &str) -> bool {
    let is_it = |argument: &Arg| argument.get_long() == Some(name);
    command
        .get_arguments()
        .any(|argument| is_it(argument) && argument.get_action().takes_values())
        || command
            .get_subcommands()
            .any(|command| takes_value(command, name))
}

/// Returns whether the called command can have such a flag: `-d` of `user add` starts a name and
/// does not ask for a daemon.
fn is_about(error: &Error, meant: Suggestion<'_>) -> bool {
    if matches!(meant, Suggestion::Setting(name) if name != "listen") {
        return true;
    }
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return true;
    };
    let usage = usage.to_string();
    let command = usage.split_whitespace().nth(2);
    command.is_none_or(|word| {
        word == "serve" || !word.starts_with(|sign: char| sign.is_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use rstest::rstest;

    fn of(args: &[&str]) -> Option<String> {
        let all = [&["twinlock"], args].concat();
        let words: Vec<String> = args.iter().map(ToString::to_string).collect();
        line(&CliArguments::try_parse_from(all).unwrap_err(), &words)
    }

    #[test]
    fn what_is_wrong_stands_in_one_line() {
        assert_eq!(
            of(&["member", "add", "ada@example.com"]).unwrap(),
            "the following required arguments were not provided: --role <ROLE> <ACCOUNT>; add `--help` to the command for more"
        );
        let typo = of(&["acount"]).unwrap();
        assert!(
            typo.starts_with("unrecognized subcommand 'acount'") && typo.contains("'account'"),
            "{typo}"
        );
        assert_eq!(typo.lines().count(), 1);
    }

    #[rstest]
    #[case::port(&["serve", "--port", "80"], "unexpected argument '--port' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::with_its_value(&["serve", "--port=80"], "unexpected argument '--port' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::before_the_command(&["--port", "80", "serve"], "unexpected argument '--port' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::short(&["serve", "-p", "80"], "unexpected argument '-p' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::host(&["serve", "--host", "0.0.0.0"], "unexpected argument '--host' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::bind(&["serve", "--bind", "0.0.0.0:80"], "unexpected argument '--bind' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::database(&["user", "list", "--db", "a.db"], "unexpected argument '--db' found: use `--database-url` or TWINLOCK_DATABASE_URL")]
    #[case::config(&["serve", "--config", "a.toml"], "unexpected argument '--config' found: there is no configuration file; settings are flags and TWINLOCK_… variables, which `EnvironmentFile=` of a systemd unit can read from a file")]
    #[case::verbose(&["serve", "-v"], "unexpected argument '-v' found: the filter of the log is RUST_LOG, such as RUST_LOG=debug")]
    #[case::tls(&["serve", "--tls-cert", "a.pem"], "unexpected argument '--tls-cert' found: the server speaks plain HTTP; put a proxy with TLS in front of it")]
    #[case::in_capitals(&["serve", "--PORT", "80"], "unexpected argument '--PORT' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::bare_port(&["serve", "80"], "unexpected argument '80' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::bare_address(&["serve", "0.0.0.0:80"], "unexpected argument '0.0.0.0:80' found: use `serve --listen 127.0.0.1:3000` or TWINLOCK_LISTEN")]
    #[case::users(&["users"], "unrecognized subcommand 'users': use `twinlock user`")]
    #[case::version(&["version"], "unrecognized subcommand 'version': use `twinlock --version`")]
    #[case::start(&["start"], "unrecognized subcommand 'start': use `twinlock serve`")]
    #[case::status(&["status"], "unrecognized subcommand 'status': use `twinlock doctor`")]
    fn s19_what_other_servers_have_is_told_by_its_name_here(
        #[case] args: &[&str],
        #[case] words: &str,
    ) {
        let end = "; add `--help` to the command for more";
        assert_eq!(of(args).unwrap(), format!("{words}{end}"));
    }

    #[test]
    fn s19_a_misspelt_flag_is_told_with_the_likest() {
        assert_eq!(
            of(&["serve", "--liste", "127.0.0.1:3000"]).unwrap(),
            "unexpected argument '--liste' found; a similar argument exists: '--listen'; add `--help` to the command for more"
        );
    }

    #[test]
    fn help_and_version_are_nothing_wrong() {
        for args in [&["--help"][..], &["account", "--help"], &["--version"], &[]] {
            assert_eq!(of(args), None, "{args:?}");
        }
    }

    #[rstest]
    #[case(&["user", "add", "-max@example.com", "--name", "Max"], "'-max@example.com' found; to pass it as a value, use `-- -max@example.com` at the end")]
    #[case(&["user", "add", "--max@example.com", "--name", "Max"], "'--max@example.com' found; to pass it as a value, use `-- --max@example.com` at the end")]
    #[case(&["user", "add", "a@example.com", "--name", "-Max Ex"], "'-Max Ex' found; to pass it as a value, use `--name='-Max Ex'`")]
    #[case(&["--key-file", "-k", "account", "add", "Acme"], "'-k' found; to pass it as a value, use `--key-file=-k`")]
    #[case(&["user", "set-password", "--password-stdin", "-max@example.com"], "'-max@example.com' found; to pass it as a value, use `-- -max@example.com` at the end")]
    fn s19_a_value_that_begins_with_a_dash_is_told_whole(
        #[case] args: &[&str],
        #[case] words: &str,
    ) {
        let end = "; add `--help` to the command for more";
        assert_eq!(
            of(args).unwrap(),
            format!("unexpected argument {words}{end}")
        );
    }

    #[test]
    fn a_name_that_begins_with_a_dash_is_no_flag_of_other_servers() {
        for args in [
            &["account", "add", "-dash"][..],
            &["user", "add", "-dash@example.com"],
        ] {
            let said = of(args).unwrap();
            assert!(
                said.contains("`-- -dash") && !said.contains("foreground"),
                "{said}"
            );
        }
        for args in [&["-d"][..], &["serve", "-d"]] {
            assert!(of(args).unwrap().contains("foreground"));
        }
    }
}
