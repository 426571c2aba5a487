//! An account's members as a CSV file (RFC 4180).

use domain::time::Timestamp;
use usecases::accounts::MemberRow;

use crate::words;

/// Marks the file as UTF-8. Without the mark, spreadsheets use the system's default encoding.
const BYTE_ORDER_MARK: char = '\u{feff}';
const HEAD: [&str; 7] = [
    "Name",
    "Email",
    "Role",
    "MFA",
    "Added",
    words::LAST_USED,
    words::METHODS,
];

/// The content of the file; `iso` formats an instant.
#[must_use]
pub fn csv(members: &[MemberRow], iso: impl Fn(Timestamp) -> String) -> String {
    let instant = |at: Option<Timestamp>| at.map(&iso).unwrap_or_default();
    let line = |member: &MemberRow| {
        [
            member.name.clone(),
            member.email.clone(),
            words::role(member.role).to_owned(),
            member.state.label().to_owned(),
            instant(member.added_at),
            instant(member.used_at),
            words::method_counts(member.methods),
        ]
        .map(|text| cell(&text))
        .join(",")
    };
    let lines = std::iter::once(HEAD.join(",")).chain(members.iter().map(line));
    let lines: String = lines.map(|line| line + "\r\n").collect();
    format!("{BYTE_ORDER_MARK}{lines}")
}

/// A cell that no spreadsheet interprets as a formula (OWASP CSV Injection) or splits at one of the
/// usual separators. Some spreadsheets treat full-width characters like their ASCII forms.
fn cell(text: &str) -> String {
    let begins_formula = |c: char| "=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}\u{2212}".contains(c);
    let text = if text.starts_with(begins_formula) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', ';', '\t', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        ids::UserId, members::MemberState, people::roles::Role,
        second_factor::methods::MethodCounts,
    };

    /// S6: a cell that begins like a formula is quoted.
    #[test]
    fn s6_a_cell_is_no_formula_and_keeps_its_separators() {
        for (text, expected) in [
            ("Ada", "Ada"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("=1,2", "\"'=1,2\""),
            ("a;b", "\"a;b\""),
            ("a\tb", "\"a\tb\""),
            ("a;=1+1", "\"a;=1+1\""),
            ("\u{ff1d}1+1", "'\u{ff1d}1+1"),
            ("\u{ff0b}1", "'\u{ff0b}1"),
            ("\u{ff0d}1", "'\u{ff0d}1"),
            ("\u{ff20}A1", "'\u{ff20}A1"),
            ("\u{2212}1", "'\u{2212}1"),
            ("田中", "田中"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn s6_a_byte_order_mark_a_line_a_member_and_nothing_where_there_is_no_method() {
        let member = MemberRow {
            id: UserId::from_random([1; 16]),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: Role::Owner,
            state: MemberState::On,
            methods: MethodCounts {
                applications: 1,
                passkeys: 2,
                security_keys: 0,
            },
            added_at: Some(Timestamp::from_millis(1)),
            used_at: None,
            no_reset: None,
        };
        let without = MemberRow {
            state: MemberState::Off,
            methods: MethodCounts::default(),
            added_at: None,
            ..member.clone()
        };
        assert_eq!(
            csv(&[member, without], |at| format!("t{}", at.millis())),
            "\u{feff}Name,Email,Role,MFA,Added,Last used,Methods\r\n\
             Ada,ada@example.com,Owner,On,t1,,\"1 application, 2 passkeys\"\r\n\
             Ada,ada@example.com,Owner,Off,,,\r\n"
        );
    }
}
