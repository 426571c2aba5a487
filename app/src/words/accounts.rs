//! Texts about accounts, their rule and their members.

use domain::{members::PAGE, people::roles::Role, second_factor::methods::MethodCounts};
use usecases::accounts::Protection;

use crate::words::{grouped, named};

/// The name of a role.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Member => "Member",
    }
}

/// The heading of the methods in the members' CSV file.
pub const METHODS: &str = "Methods";

/// A member's methods by type: `1 application, 2 passkeys`.
#[must_use]
pub fn method_counts(methods: MethodCounts) -> String {
    let counted = |count: u32, name: &str| match count {
        0 => None,
        1 => Some(format!("1 {name}")),
        _ => Some(format!("{count} {name}s")),
    };
    let parts = [
        counted(methods.applications, "application"),
        counted(methods.passkeys, "passkey"),
        counted(methods.security_keys, "security key"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The effect of accounts that require MFA on a user who deletes their method.
#[must_use]
pub fn set_up_again(accounts: &[String]) -> Option<String> {
    if accounts.is_empty() {
        return None;
    }
    let verb = if accounts.len() == 1 {
        "requires"
    } else {
        "require"
    };
    let names: Vec<String> = accounts.iter().map(|account| named(account)).collect();
    Some(format!(
        "{} {verb} MFA: you set it up again before you can go on there.",
        names.join(", ")
    ))
}

/// Shown in a forced set-up.
#[must_use]
pub fn demanded(account: Option<&str>, has_others: bool) -> String {
    let account = account.map_or_else(|| "This account".to_owned(), named);
    let ways_out = if has_others {
        "You can also sign out or change the account in the menu above."
    } else {
        "You can also sign out in the menu above."
    };
    format!("{account} requires MFA. Set it up to go on. {ways_out}")
}

/// Shown after an account's rule was lifted.
#[must_use]
pub fn rule_lifted(account: Option<&str>) -> String {
    let account = account.map_or_else(|| "the account".to_owned(), named);
    format!("MFA is no longer required for {account}.")
}

/// Shown after a member was reset.
#[must_use]
pub fn member_reset(member: Option<&str>) -> String {
    let member = member.map_or_else(|| "the member".to_owned(), named);
    format!("The MFA of {member} was reset. They were signed out everywhere.")
}

/// Shown to a user who belongs to no account.
pub const NO_ACCOUNT: &str = "You belong to no account yet. Ask your operator to add you to one.";
/// Explains who adds members.
pub const OPERATOR_ADDS: &str = "Accounts and their members are added by the operator.";
/// Explains why a switch can't be used.
pub const OWNERS_ONLY: &str = "Only an Owner can change this";
/// Shown after the choice of an account from which the user was removed meanwhile.
pub const LEFT_ACCOUNT: &str = "You no longer belong to this account.";
/// Shown to an Owner without MFA whose account requires it.
pub const MEMBERS_CLOSED: &str =
    "This account requires MFA. Its members are shown once you have set it up.";
/// Shown after the file with the members was passed to the browser.
pub const CSV_HANDED_OVER: &str = "The file was handed to your browser. If it is not among your downloads, open this page in another browser. If a spreadsheet shows it in one column, import it with the comma as separator.";
/// Shown if the browser refused the file.
pub const CSV_REFUSED: &str =
    "Your browser did not take the file. Open this page in another browser.";

/// The effect on the members when MFA is required.
#[must_use]
pub fn rule_effect(protection: Protection) -> String {
    let Protection { members, .. } = protection;
    let lacking = protection.lacking();
    if lacking == 0 {
        return "All members have MFA already.".to_owned();
    }
    let noun = if members == 1 { "member" } else { "members" };
    let verb = if lacking == 1 { "has" } else { "have" };
    format!(
        "{} of {} {noun} {verb} no MFA yet. They set it up the next time they open this account.",
        grouped(lacking),
        grouped(members)
    )
}

/// The effect on an Owner without MFA who requires it.
#[must_use]
pub const fn own_effect(is_worked_in: bool) -> &'static str {
    if is_worked_in {
        "You have no MFA yet: you set it up right after."
    } else {
        "You have no MFA yet: this account is closed to you until you set it up."
    }
}

/// Shown after MFA was required.
#[must_use]
pub fn rule_set(account: &str) -> String {
    format!("MFA is now required for {}.", named(account))
}

/// Tells who set a rule, before the time; none if the operator set it.
#[must_use]
pub fn rule_set_by(is_on: bool, owner: Option<&str>) -> String {
    let state = if is_on { "on" } else { "off" };
    let who = owner.map_or_else(|| "the operator".to_owned(), named);
    format!("Turned {state} by {who}, ")
}

/// Tells how many members have MFA.
#[must_use]
pub fn protected(protection: Protection) -> String {
    let Protection { members, protected } = protection;
    format!("{} of {}", grouped(protected), grouped(members))
}

/// Tells an account's rule to its Owners.
#[must_use]
pub const fn rule(is_on: bool) -> &'static str {
    if is_on {
        "MFA is required for this account."
    } else {
        "MFA is not required for this account."
    }
}

/// Tells how many members there are, or how many match a search or filter.
#[must_use]
pub fn members_found(count: u32, is_narrowed: bool) -> String {
    match (count, is_narrowed) {
        (0, true) => "No member matches.".to_owned(),
        (1, true) => "1 member matches.".to_owned(),
        (1, false) => "1 member".to_owned(),
        (_, true) => format!("{} members match.", grouped(count)),
        (_, false) => format!("{} members", grouped(count)),
    }
}

/// The effect of a reset on the member.
#[must_use]
pub fn reset_effect(member: &str) -> String {
    format!(
        "All MFA methods and the backup codes of {member} stop working, and they are signed out everywhere. They sign in with their password and set up a new method."
    )
}

/// The name of the switch of an account's rule, which says what On means.
#[must_use]
pub fn require_mfa_for(account: &str) -> String {
    format!("Require MFA for {account}")
}

/// The question before an account requires MFA.
#[must_use]
pub fn ask_require_mfa_for(account: &str) -> String {
    format!("Require MFA for {}?", named(account))
}

/// The question before a member is reset; `member` is a name that [`named`] has marked.
#[must_use]
pub fn ask_reset_mfa_of(member: &str) -> String {
    format!("Reset the MFA of {member}?")
}

/// The range of members that a page shows, `51–100 of 10,000`.
#[must_use]
pub fn page_range(page: u32, matching: u32) -> String {
    let before = page.saturating_mul(PAGE).min(matching);
    let first = grouped((before + 1).min(matching));
    let last = grouped(before.saturating_add(PAGE).min(matching));
    let all = grouped(matching);
    if first == last {
        format!("{last} of {all}")
    } else {
        format!("{first}–{last} of {all}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn the_effect_of_a_rule_counts_its_members() {
        for (members, protected, expected) in [
            (3, 1, "2 of 3 members have no MFA yet. "),
            (3, 2, "1 of 3 members has no MFA yet. "),
            (1, 0, "1 of 1 member has no MFA yet. "),
            (10_000, 0, "10,000 of 10,000 members have no MFA yet. "),
            (3, 3, "All members have MFA already."),
        ] {
            let said = rule_effect(Protection { members, protected });
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn members_are_counted_in_whole_sentences() {
        assert_eq!(members_found(0, true), "No member matches.");
        assert_eq!(members_found(1, true), "1 member matches.");
        assert_eq!(members_found(10_000, false), "10,000 members");
    }

    #[rstest]
    #[case(0, 10_000, "1–50 of 10,000")]
    #[case(1, 10_000, "51–100 of 10,000")]
    #[case(1, 51, "51 of 51")]
    #[case(0, 1, "1 of 1")]
    #[case(0, 0, "0 of 0")]
    #[case(20, 1_049, "1,001–1,049 of 1,049")]
    fn a_page_says_what_it_shows(#[case] page: u32, #[case] matching: u32, #[case] expected: &str) {
        assert_eq!(page_range(page, matching), expected);
    }
}
