//! The printed sheet of the demo, which goes to standard output only.

use std::fmt::Write;

use domain::people::roles::Role;
use zeroize::Zeroizing;

use crate::cli::demo::{
    cast::{ACCOUNTS, Person},
    person::Filled,
};

/// Backup codes printed per user: enough to try them.
const CODES_SHOWN: usize = 2;

/// Returns the whole sheet.
pub fn sheet(people: &[Filled]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(8192));
    // Writing into a `String` can't fail.
    let _ = write(&mut out, people);
    out
}

fn write(out: &mut String, people: &[Filled]) -> std::fmt::Result {
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
    for filled in people {
        let what = format!(
            "{}, {}: {}",
            filled.person.name,
            places(filled.person),
            filled.person.shows
        );
        let shown = |secret: &Option<Zeroizing<String>>| {
            secret
                .clone()
                .unwrap_or_else(|| Zeroizing::new("-".to_owned()))
        };
        let (password, key) = (shown(&filled.password), shown(&filled.key));
        row(out, filled.person.email, &password, &key, &what)?;
    }
    writeln!(out, "\nBackup codes, some of those that still work:")?;
    for filled in people.iter().filter(|filled| !filled.codes.is_empty()) {
        write!(out, "{:<17}", filled.person.email)?;
        for code in filled.codes.iter().take(CODES_SHOWN) {
            write!(out, " {}", code.as_str())?;
        }
        writeln!(out)?;
    }
    for filled in people {
        if let Some(link) = &filled.invitation {
            let email = filled.person.email;
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
fn places(person: &Person) -> String {
    let place = |(account, role): &(&str, Role)| {
        let role = match role {
            Role::Owner => "Owner",
            Role::Member => "Member",
        };
        format!("{role} of {account}")
    };
    let places: Vec<String> = person.places.iter().map(place).collect();
    places.join(", ")
}
