//! Wrong arguments in one line, like everything else that is refused.

use clap::{Error, error::ErrorKind};

/// What is wrong; nothing where help or the version was asked for, or where the list of commands says more.
pub fn line(error: &Error) -> Option<String> {
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
    Some(format!("{said}; `--help` behind the command says more"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Arguments;
    use clap::Parser;

    fn of(args: &[&str]) -> Option<String> {
        let all = [&["twinlock"], args].concat();
        line(&Arguments::try_parse_from(all).unwrap_err())
    }

    #[test]
    fn what_is_wrong_stands_in_one_line() {
        assert_eq!(
            of(&["member", "add", "ada@example.com"]).unwrap(),
            "the following required arguments were not provided: --role <ROLE> <ACCOUNT>; `--help` behind the command says more"
        );
        let typo = of(&["acount"]).unwrap();
        assert!(
            typo.starts_with("unrecognized subcommand 'acount'") && typo.contains("'account'"),
            "{typo}"
        );
        assert_eq!(typo.lines().count(), 1);
    }

    #[test]
    fn help_and_version_are_nothing_wrong() {
        for args in [&["--help"][..], &["account", "--help"], &["--version"], &[]] {
            assert_eq!(of(args), None, "{args:?}");
        }
    }
}
