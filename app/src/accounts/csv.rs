//! An account's members as a CSV file (RFC 4180).

use domain::time::Timestamp;

use super::api::MemberRow;
use crate::words;

const HEAD: [&str; 6] = ["Name", "Email", "Role", "MFA", "Added", "Last used"];

/// The file; `iso` writes an instant.
#[must_use]
pub fn csv(members: &[MemberRow], iso: impl Fn(Timestamp) -> String) -> String {
    let instant = |at: Option<Timestamp>| at.map(&iso).unwrap_or_default();
    let line = |member: &MemberRow| {
        [
            member.name.clone(),
            member.email.clone(),
            words::role(member.role).to_owned(),
            member.state.as_str().to_owned(),
            instant(member.added_at),
            instant(member.used_at),
        ]
        .map(|text| cell(&text))
        .join(",")
    };
    let lines = std::iter::once(HEAD.join(",")).chain(members.iter().map(line));
    lines.map(|line| line + "\r\n").collect()
}

/// A cell that no spreadsheet takes for a formula (OWASP CSV Injection).
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ids::UserId, members::MemberState, roles::Role};

    #[test]
    fn a_cell_is_no_formula_and_keeps_its_commas() {
        for (text, expected) in [
            ("Ada", "Ada"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("=1,2", "\"'=1,2\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn a_line_a_member_and_nothing_where_there_is_no_method() {
        let member = MemberRow {
            id: UserId::from_random([1; 16]),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: Role::Owner,
            state: MemberState::Off,
            added_at: Some(Timestamp::from_millis(1)),
            used_at: None,
            no_reset: None,
        };
        assert_eq!(
            csv(&[member], |at| format!("t{}", at.millis())),
            "Name,Email,Role,MFA,Added,Last used\r\nAda,ada@example.com,Owner,Off,t1,\r\n"
        );
    }
}
