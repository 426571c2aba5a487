//! The system's users and groups, as messages name them and as the system's files list them.

use std::{fmt, fs};

use rustix::process::geteuid;

/// Root, as a user and as a group.
pub const ROOT: u32 = 0;

/// A system user, shown by name if the system's list has one, otherwise by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemUser(pub u32);

impl SystemUser {
    /// Returns the name, if a command can contain it without quoting.
    fn name(self) -> Option<String> {
        let mut users = passwd().into_iter();
        let found = users.find(|(_, number, _)| *number == self.0);
        found.map(|(name, ..)| name).filter(|name| is_plain(name))
    }
}

impl fmt::Display for SystemUser {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => out.write_str(&name),
            None => self.0.fmt(out),
        }
    }
}

/// A system group, shown by name if the system's list has one, otherwise by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemGroup(pub u32);

impl fmt::Display for SystemGroup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = group_lists().into_iter();
        match groups.find(|(name, number, _)| *number == self.0 && is_plain(name)) {
            Some((name, ..)) => out.write_str(&name),
            None => self.0.fmt(out),
        }
    }
}

/// Returns whether a name is a single shell word and not a number.
fn is_plain(name: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "._-".contains(sign);
    name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_')
        && name.chars().all(is_sign)
}

/// Returns the effective user of this process.
pub fn own_user() -> u32 {
    geteuid().as_raw()
}

/// Names a user, with the command by which this process's user can act as that user.
pub fn as_user(user: u32) -> String {
    let name = SystemUser(user).name();
    if user == ROOT {
        return "root (`sudo -E twinlock …`: without `-E`, sudo drops TWINLOCK_… variables)"
            .to_owned();
    }
    if own_user() != ROOT {
        let name = name.unwrap_or_else(|| format!("'#{user}'"));
        return format!(
            "user {} (`sudo -E -u {name} twinlock …`: without `-E`, sudo drops TWINLOCK_… variables)",
            SystemUser(user)
        );
    }
    match name {
        Some(name) => format!("user {name} (`runuser -u {name} -- twinlock …`)"),
        None => format!(
            "user {user} (`setpriv --reuid={user} --regid={user} --clear-groups twinlock …`)"
        ),
    }
}

/// Returns the members of a group without root and this process's user, as far as the system's
/// files list them.
pub fn members_of(group: u32) -> Vec<String> {
    let users = passwd();
    let by_number = users.iter().filter(|(.., of)| *of == group);
    let mut members: Vec<String> = by_number.map(|(name, ..)| name.clone()).collect();
    let listed = group_lists().into_iter().filter(|(_, of, _)| *of == group);
    members.extend(listed.flat_map(|(.., names)| names));
    members.sort_unstable();
    members.dedup();
    members.retain(|member| {
        let user = users.iter().find(|(name, ..)| name == member);
        user.is_none_or(|(_, number, _)| *number != ROOT && *number != own_user())
    });
    members
}

/// Returns the groups of a user, as far as the system's files list them.
pub fn groups_of(user: u32) -> Vec<u32> {
    let users = passwd()
        .into_iter()
        .filter(|(_, number, _)| *number == user);
    let (names, mut groups): (Vec<_>, Vec<_>) = users.map(|(name, _, group)| (name, group)).unzip();
    let listed = group_lists().into_iter();
    groups.extend(
        listed
            .filter(|(.., members)| members.iter().any(|member| names.contains(member)))
            .map(|(_, group, _)| group),
    );
    groups
}

/// Returns name, number and primary group of each user.
fn passwd() -> Vec<(String, u32, u32)> {
    let text = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = |line: &str| {
        let mut fields = line.split(':');
        let (name, number, group) = (fields.next()?, fields.nth(1)?, fields.next()?);
        Some((name.to_owned(), number.parse().ok()?, group.parse().ok()?))
    };
    text.lines().filter_map(user).collect()
}

/// Returns name, number and listed members of each group.
fn group_lists() -> Vec<(String, u32, Vec<String>)> {
    let text = fs::read_to_string("/etc/group").unwrap_or_default();
    let group = |line: &str| {
        let mut fields = line.split(':');
        let (name, number, members) = (fields.next()?, fields.nth(1)?, fields.next()?);
        let members = members.split(',').filter(|member| !member.is_empty());
        let members = members.map(str::to_owned).collect();
        Some((name.to_owned(), number.parse().ok()?, members))
    };
    text.lines().filter_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s20_a_user_is_named_where_the_system_has_a_name() {
        assert_eq!(SystemUser(ROOT).to_string(), "root");
        assert_eq!(SystemGroup(ROOT).to_string(), "root");
        assert_eq!(SystemUser(4_000_000_000).to_string(), "4000000000");
        assert_eq!(SystemGroup(4_000_000_000).to_string(), "4000000000");
    }

    #[test]
    fn s20_a_name_that_no_command_would_take_is_none() {
        for name in ["twinlock", "_twinlock", "www-data", "a.b_c1"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "4242", "-u", "a b", "$(id)", "EXAMPLE\\ada", "ä"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
