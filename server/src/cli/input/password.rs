//! Reads a password from standard input. The command line is not used, because other users of the
//! machine can see it.

use std::io::{self, Read};

use domain::people::password::{MAX_CHARS, Password, PasswordOwner};
use zeroize::Zeroizing;

use crate::cli::Failure;

/// The limit: far more than the longest password needs.
const MAX_BYTES: u64 = 16 * MAX_CHARS as u64;

/// The byte order mark that some programs write at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the new password of `owner`.
pub fn from_stdin(owner: PasswordOwner<'_>) -> Result<Password, Failure> {
    let mut typed = Zeroizing::new(Vec::with_capacity(8192));
    let read = io::stdin().take(MAX_BYTES + 1).read_to_end(&mut typed);
    read.map_err(|source| Failure::System {
        doing: "reading the password from standard input".to_owned(),
        source,
    })?;
    chosen(&typed, owner)
}

fn chosen(typed: &[u8], owner: PasswordOwner<'_>) -> Result<Password, Failure> {
    let text = std::str::from_utf8(typed)
        .map_err(|_| Failure::refused("the password is not UTF-8 text"))?;
    let line = without_newline(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text));
    if line.contains(['\n', '\r']) {
        return Err(Failure::refused(
            "standard input holds more than one line: give the password alone, as one line",
        ));
    }
    if let Some(sign) = line.chars().find(|c| c.is_control()) {
        return Err(Failure::refused(format!(
            "the password holds the control character U+{:04X}, which no keyboard types in a browser",
            u32::from(sign)
        )));
    }
    Password::choose(line, owner)
        .map_err(|error| Failure::refused(format!("the password can't be used: {error}")))
}

fn without_newline(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    if line.len() < text.len() {
        line.strip_suffix('\r').unwrap_or(line)
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("secret\n", "secret")]
    #[case("secret\r\n", "secret")]
    #[case("secret\n\n", "secret\n")]
    #[case("secret\r", "secret\r")]
    #[case("secret", "secret")]
    #[case(" secret ", " secret ")]
    fn one_newline_is_dropped(#[case] typed: &str, #[case] password: &str) {
        assert_eq!(without_newline(typed), password);
    }

    /// S26: extra content beside the first line is refused, because otherwise the password could
    /// not be typed.
    #[test]
    fn s26_one_line_is_a_password() {
        let owner = PasswordOwner {
            brand: "",
            email: "ada@example.com",
            name: "Ada",
        };
        let read = |typed: &str| chosen(typed.as_bytes(), owner);
        let expose = |password: Password| password.expose().to_owned();
        let marked = read("\u{feff}vellum quartz anchor\r\n").ok().map(expose);
        let plain = read("vellum quartz anchor").ok().map(expose);
        assert!(plain.is_some() && marked == plain);
        for (typed, said) in [
            ("vellum quartz anchor\nsecond line\n", "more than one line"),
            ("vellum quartz anchor\n\n", "more than one line"),
            ("vellum quartz anchor\r", "more than one line"),
            ("vellum\tquartz anchor", "U+0009"),
            ("vellum quartz anchor\0", "U+0000"),
        ] {
            let error = read(typed).err().unwrap().to_string();
            assert!(error.contains(said), "{typed:?}: {error}");
        }
    }

    #[test]
    fn the_rule_is_the_same_as_in_the_pages() {
        let owner = PasswordOwner {
            brand: "Customer Control Panel",
            email: "ada@example.com",
            name: "Augusta Lovelace",
        };
        assert!(chosen(b"fourteen chars\n", owner).is_err());
        assert!(chosen(b"fifteen chars !\n", owner).is_ok());
        assert!(chosen(&[0xff; 20], owner).is_err());
        let common = chosen(b"passwordpassword\n", owner).err().unwrap();
        assert_eq!(
            common.to_string(),
            "the password can't be used: it is on lists of common passwords"
        );
        // RC1: the brand, the address and the name are known wherever a password is set.
        for personal in [
            "customer control panel",
            "ada@example.com.2026",
            "Augusta Lovelace 26",
        ] {
            assert!(chosen(personal.as_bytes(), owner).is_err(), "{personal}");
        }
    }
}
