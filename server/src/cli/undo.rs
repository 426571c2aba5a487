//! The commands that bring back what was removed, as far as commands can: to be copied into a shell.

use domain::people::roles::Role;

/// Makes an account.
pub fn add_account(name: &str) -> String {
    call("account add", &[name], &[])
}

/// Switches an account's MFA rule on.
pub fn require_mfa(account: &str) -> String {
    call("account require-mfa", &[account, "on"], &[])
}

/// Invites somebody to an account.
pub fn add_user(email: &str, name: &str, account: &str, role: Role) -> String {
    let options = [
        ("--name", name),
        ("--account", account),
        ("--role", role.as_str()),
    ];
    call("user add", &[email], &options)
}

/// Adds an existing user to an account.
pub fn add_member(email: &str, account: &str, role: Role) -> String {
    call(
        "member add",
        &[email, account],
        &[("--role", role.as_str())],
    )
}

/// Bars somebody again who was disabled.
pub fn disable(email: &str) -> String {
    call("user disable", &[email], &[])
}

/// A call of the program. What begins with a dash is no option: arguments stand behind `--` then, and values behind `=`.
fn call(command: &str, arguments: &[&str], options: &[(&str, &str)]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|text| quoted(text)).collect();
    let has_dash = arguments.iter().any(|word| is_option(word));
    let options = options.iter().map(|(option, value)| {
        let value = quoted(value);
        let between = if is_option(&value) { '=' } else { ' ' };
        format!("{option}{between}{value}")
    });
    let mut words = vec![format!("twinlock {command}")];
    if has_dash {
        words.extend(options);
        words.push("--".to_owned());
        words.extend(arguments);
    } else {
        words.extend(arguments);
        words.extend(options);
    }
    words.join(" ")
}

fn is_option(word: &str) -> bool {
    word.trim_start_matches('\'').starts_with('-')
}

/// A word of a shell, whatever it holds.
fn quoted(text: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "@._-+".contains(sign);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            add_user("-a@example.com", "-A B", "Acme", Role::Member),
            "twinlock user add --name='-A B' --account Acme --role member -- -a@example.com"
        );
        assert_eq!(add_account("--json"), "twinlock account add -- --json");
        assert_eq!(
            add_member("a@example.com", "-Acme", Role::Owner),
            "twinlock member add --role owner -- a@example.com -Acme"
        );
    }
}
