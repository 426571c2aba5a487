//! The commands that bring back what was removed, as far as commands can: to be copied into a shell.

use domain::roles::Role;

/// Makes an account.
pub fn add_account(name: &str) -> String {
    format!("twinlock account add {}", quoted(name))
}

/// Switches an account's MFA rule on.
pub fn require_mfa(account: &str) -> String {
    format!("twinlock account require-mfa {} on", quoted(account))
}

/// Invites somebody to an account.
pub fn add_user(email: &str, name: &str, account: &str, role: Role) -> String {
    format!(
        "twinlock user add {} --name {} --account {} --role {}",
        quoted(email),
        quoted(name),
        quoted(account),
        role.as_str()
    )
}

/// Adds somebody who exists to an account.
pub fn add_member(email: &str, account: &str, role: Role) -> String {
    format!(
        "twinlock member add {} {} --role {}",
        quoted(email),
        quoted(account),
        role.as_str()
    )
}

/// Bars somebody again who was disabled.
pub fn disable(email: &str) -> String {
    format!("twinlock user disable {}", quoted(email))
}

/// A word of a shell, whatever it holds; one that begins with a dash is still read as an option.
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
}
