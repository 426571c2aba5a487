//! The printed sheet of the demo, which goes to standard output only.

use std::fmt::Write;

use domain::people::roles::Role;
use zeroize::Zeroizing;

use crate::cli::demo::{
    people::{ACCOUNTS, Person},
    user::DemoUser,
};

/// Backup codes printed per user: enough to try them.
const CODES_SHOWN: usize = 2;

/// Returns the whole sheet.
pub fn sheet(users: &[DemoUser]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(8192));
    // Writing into a `String` can't fail.
    let _ = write(&mut out, users);
    out
}

fn write(out: &mut String, users: &[DemoUser]) -> std::fmt::Result {
    writeln!(
        out,
        "\nDemo. Everyone, with what they sign in with; printed only once:\n"
    )?;
    row(
        out,
        "EMAIL",
        "PASSWORD",
        "AUTHENTICATOR KEY",
        "WHO AND WHAT",
    )?;
    for user in users {
        let what = format!(
            "{}, {}: {}",
            user.person.name,
            memberships(user.person),
            user.person.shows
        );
        let shown = |secret: &Option<Zeroizing<String>>| {
            secret
                .clone()
                .unwrap_or_else(|| Zeroizing::new("-".to_owned()))
        };
        let (password, key) = (shown(&user.password), shown(&user.key));
        row(out, user.person.email, &password, &key, &what)?;
    }
    writeln!(out, "\nBackup codes, some of those that still work:")?;
    for user in users.iter().filter(|user| !user.codes.is_empty()) {
        write!(out, "{:<17}", user.person.email)?;
        for code in user.codes.iter().take(CODES_SHOWN) {
            write!(out, " {}", code.expose())?;
        }
        writeln!(out)?;
    }
    for user in users {
        if let Some(link) = &user.invitation {
            let email = user.person.email;
            writeln!(
                out,
                "\n{email} chooses a password here, once, within 7 days: {link}"
            )?;
        }
    }
    let demanding: Vec<&str> = ACCOUNTS
        .iter()
        .filter(|(_, requires_mfa)| *requires_mfa)
        .map(|(name, _)| *name)
        .collect();
    writeln!(
        out,
        "\nMFA is required by {}. An authenticator takes a key typed in: type TOTP, 6 digits, 30 seconds.\n",
        demanding.join(", ")
    )
}

fn row(out: &mut String, email: &str, password: &str, key: &str, what: &str) -> std::fmt::Result {
    writeln!(out, "{email:<17} {password:<19} {key:<32} {what}")
}

/// Returns "Owner of Alder Bakery, Member of Birch Studio".
fn memberships(person: &Person) -> String {
    let membership = |(account, role): &(&str, Role)| {
        let role = match role {
            Role::Owner => "Owner",
            Role::Member => "Member",
        };
        format!("{role} of {account}")
    };
    let memberships: Vec<String> = person.memberships.iter().map(membership).collect();
    memberships.join(", ")
}
