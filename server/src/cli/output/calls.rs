//! Calls of this program that a command prints for the operator to copy into the same shell, such
//! as those that restore what was removed. They contain the settings that were given as flags.

use clap::{ArgMatches, parser::ValueSource};
use domain::{
    door::{MfaDemand, UserHeader},
    ids::UserId,
    people::roles::Role,
    ports::ApplicationRecord,
};

use crate::config::{DatabaseArgs, may_be_shown};

/// Replaces a URL that must not be repeated. If the variable is not set, the call is refused.
const HIDDEN_URL: &str = "\"$TWINLOCK_DATABASE_URL\"";

/// Builds calls of this program.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// The flags of this process, each in shell syntax.
    flags: Vec<String>,
    hides_url: bool,
}

impl Calls {
    /// Creates calls for the same database and key file as this process, from its arguments.
    pub fn of(matches: &ArgMatches, args: &DatabaseArgs) -> Self {
        let hides_url = !may_be_shown(&args.database_url);
        let url = if hides_url {
            HIDDEN_URL.to_owned()
        } else {
            quoted(&args.database_url)
        };
        let key_file = quoted(args.key_file.as_deref().unwrap_or_default());
        let trusted = quoted(&args.database_trusted_network);
        let settings = [
            ("database_url", "--database-url", url),
            ("key_file", "--key-file", key_file),
            (
                "database_trusted_network",
                "--database-trusted-network",
                trusted,
            ),
        ];
        let given = settings
            .into_iter()
            .filter(|(id, ..)| is_flag(matches, id))
            .map(|(_, flag, value)| with_value(flag, &value));
        Self {
            flags: given.collect(),
            hides_url: hides_url && is_flag(matches, "database_url"),
        }
    }

    /// Returns what must be done before the calls are run, as the end of the sentence that
    /// announces them; usually empty.
    pub const fn condition(&self) -> &'static str {
        if self.hides_url {
            ", once TWINLOCK_DATABASE_URL is set to the URL that was given with --database-url, which may hold a password and is not repeated"
        } else {
            ""
        }
    }

    /// Creates an account.
    pub fn add_account(&self, name: &str) -> String {
        self.call("account add", &[name], &[])
    }

    /// Renames an account.
    pub fn rename_account(&self, name: &str, new: &str) -> String {
        self.call("account rename", &[name, new], &[])
    }

    /// Switches an account's MFA rule on.
    pub fn require_mfa(&self, account: &str) -> String {
        self.call("account require-mfa", &[account, "on"], &[])
    }

    /// Invites a user to an account.
    pub fn add_user(&self, email: &str, name: &str, account: &str, role: Role) -> String {
        let options = [
            ("--name", name),
            ("--account", account),
            ("--role", role.as_str()),
        ];
        self.call("user add", &[email], &options)
    }

    /// Gives the user with this id another address.
    pub fn set_email(&self, user: &UserId, new: &str) -> String {
        self.call("user set-email", &[&user.to_string(), new], &[])
    }

    /// Prints a link to choose a password.
    pub fn set_password(&self, email: &str) -> String {
        self.call("user set-password", &[email], &[])
    }

    /// Disables a user again.
    pub fn disable(&self, email: &str) -> String {
        self.call("user disable", &[email], &[])
    }

    /// Enables a user again.
    pub fn enable(&self, email: &str) -> String {
        self.call("user enable", &[email], &[])
    }

    /// Adds an existing user to an account.
    pub fn add_member(&self, email: &str, account: &str, role: Role) -> String {
        let options = [("--role", role.as_str())];
        self.call("member add", &[email, account], &options)
    }

    /// Puts an application behind Twinlock again, for the same people.
    pub fn add_app(&self, application: &ApplicationRecord) -> String {
        let mut options = vec![("--url", application.origin.as_str())];
        let accounts = application.account_names.iter();
        options.extend(accounts.map(|account| ("--account", account.as_str())));
        if application.mfa != MfaDemand::Account {
            options.push(("--mfa", application.mfa.as_str()));
        }
        if application.user_header != UserHeader::Email {
            options.push(("--user-header", application.user_header.as_str()));
        }
        self.call("app add", &[application.name.as_str()], &options)
    }

    /// Returns a call of the program. Text with a leading dash must not become an option: arguments
    /// follow `--`, values follow `=`.
    fn call(&self, command: &str, arguments: &[&str], options: &[(&str, &str)]) -> String {
        let arguments: Vec<String> = arguments.iter().map(|text| quoted(text)).collect();
        let options = options.iter();
        let options = options.map(|(option, value)| with_value(option, &quoted(value)));
        let options = options.chain(self.flags.iter().cloned());
        let mut words = vec![format!("twinlock {command}")];
        if arguments.iter().any(|word| is_option(word)) {
            words.extend(options);
            words.push("--".to_owned());
            words.extend(arguments);
        } else {
            words.extend(arguments);
            words.extend(options);
        }
        words.join(" ")
    }
}

/// Returns whether a setting was given as a flag, at any level of subcommands.
fn is_flag(matches: &ArgMatches, id: &str) -> bool {
    let is_here = matches.try_contains_id(id).unwrap_or_default()
        && matches.value_source(id) == Some(ValueSource::CommandLine);
    let inner = || matches.subcommand();
    is_here || inner().is_some_and(|(_, matches)| is_flag(matches, id))
}

fn with_value(option: &str, value: &str) -> String {
    let between = if is_option(value) { '=' } else { ' ' };
    format!("{option}{between}{value}")
}

fn is_option(word: &str) -> bool {
    word.trim_start_matches('\'').starts_with('-')
}

/// Quotes any text as a single shell word.
pub fn quoted(text: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "@._-+:/".contains(sign);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};
    use rstest::rstest;

    use super::*;
    use crate::cli::args::CliArguments;

    #[test]
    fn a_name_is_one_word_of_the_shell() {
        for (name, word) in [
            ("Acme", "Acme"),
            ("Example Ltd", "'Example Ltd'"),
            ("O'Neill & Co; $(reboot)", r"'O'\''Neill & Co; $(reboot)'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(name), word);
        }
    }

    #[test]
    fn what_begins_with_a_dash_is_no_option() {
        let calls = Calls::default();
        assert_eq!(
            calls.add_user("-a@example.com", "-A B", "Acme", Role::Member),
            "twinlock user add --name='-A B' --account Acme --role member -- -a@example.com"
        );
        assert_eq!(
            calls.add_account("--json"),
            "twinlock account add -- --json"
        );
        assert_eq!(
            calls.add_member("a@example.com", "-Acme", Role::Owner),
            "twinlock member add --role owner -- a@example.com -Acme"
        );
        for call in [Calls::enable, Calls::disable, Calls::set_password] {
            let said = call(&calls, "-a@example.com");
            assert!(said.ends_with(" -- -a@example.com"), "{said}");
        }
    }

    fn of(args: &[&str]) -> Calls {
        let matches = CliArguments::command().get_matches_from([&["twinlock"], args].concat());
        let arguments = CliArguments::from_arg_matches(&matches).unwrap();
        Calls::of(&matches, &arguments.database)
    }

    #[rstest]
    #[case::none(&["user", "list"], "")]
    #[case::in_front(&["--key-file", "a.key", "user", "list"], " --key-file a.key")]
    #[case::behind(&["user", "list", "--database-url", "sqlite:a.db"], " --database-url sqlite:a.db")]
    #[case::blanks(&["user", "list", "--key-file", "/a b/it's"], r" --key-file '/a b/it'\''s'")]
    #[case::dash(&["user", "list", "--key-file=-k"], " --key-file=-k")]
    #[case::query(&["user", "list", "--database-url=sqlite:a.db?mode=rwc"], " --database-url 'sqlite:a.db?mode=rwc'")]
    #[case::server(
        &["--database-url", "postgres://u@h/d?sslmode=verify-full", "--key-file", "k", "user", "list", "--database-trusted-network"],
        " --database-url 'postgres://u@h/d?sslmode=verify-full' --key-file k --database-trusted-network true"
    )]
    fn s19_settings_that_were_given_as_flags_go_along(#[case] args: &[&str], #[case] flags: &str) {
        let calls = of(args);
        assert_eq!(
            calls.enable("a@b.c"),
            format!("twinlock user enable a@b.c{flags}")
        );
        assert_eq!(calls.condition(), "");
    }

    #[test]
    fn s18_a_password_is_not_repeated() {
        let url = "postgres://u:hunter2@h/d";
        let calls = of(&["user", "list", "--database-url", url]);
        assert_eq!(
            calls.enable("a@b.c"),
            "twinlock user enable a@b.c --database-url \"$TWINLOCK_DATABASE_URL\""
        );
        assert!(calls.condition().contains("TWINLOCK_DATABASE_URL"));
    }
}
