//! What the pages say of refusals and results.

use domain::{
    backup_code::BackupCode, enrolment::CodesFor, members::NoReset, roles::Role, step_up::Action,
};

use crate::{
    accounts::api::Protection,
    error::{AppError, Field},
    ui::pure::grouped,
};

/// Another tab of this session made newer codes, or finished already.
pub const CODES_REPLACED: &str = "These codes were replaced or finished in another tab. Reload the page to see the current state.";
/// After the wizard.
pub const ADDED: &str = "Authenticator application added. You were signed out everywhere else.";
/// Of two tabs the other one was faster.
pub const OTHER_TAB: &str =
    "An authenticator application was already added, perhaps in another tab.";
/// A link that does not work any more.
pub const LINK_DEAD: &str = "This link is no longer valid. Ask the person who gave it to you for a new one; the first owner's link is printed anew at each start of the server.";
/// A page that only a link opens, without the link.
pub const LINK_MISSING: &str =
    "Open the link again: it works until it is used, but it is not kept in the address bar.";
/// After an invitation.
pub const PASSWORD_SAVED: &str = "Your password is saved. You can sign in now.";
/// After a reset.
pub const RESET: &str = "Authenticator application reset. Delete the old entry in the application. You were signed out everywhere else.";
/// After a reset whose new codes were discarded.
pub const RESET_KEPT: &str = "Authenticator application reset; your backup codes from before still work. Delete the old entry in the application. You were signed out everywhere else.";
/// After `Generate backup codes`.
pub const GENERATED: &str = "New backup codes saved. The ones from before no longer work.";
/// After `Delete`.
pub const DELETED: &str = "Authenticator application deleted. Your backup codes no longer work. You were signed out everywhere else.";
/// After `Test my authenticator`.
pub const TESTED: &str = "Your authenticator application works.";
/// After a new name was saved.
pub const RENAMED: &str = "Name saved.";

/// After `Finish`.
#[must_use]
pub const fn finished(reason: CodesFor) -> &'static str {
    match reason {
        CodesFor::Added => ADDED,
        CodesFor::Reset => RESET,
        CodesFor::Generated => GENERATED,
    }
}

/// What becomes of the codes from before, where there are some.
#[must_use]
pub const fn old_codes(reason: CodesFor) -> Option<&'static str> {
    match reason {
        CodesFor::Added => None,
        CodesFor::Reset => Some(
            "The backup codes from before work until you click Finish. You may also keep them and discard these.",
        ),
        CodesFor::Generated => Some("The backup codes from before work until you click Finish."),
    }
}

/// A role.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Member => "Member",
    }
}

/// What the accounts that require MFA mean for somebody who deletes theirs.
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
    Some(format!(
        "{} {verb} MFA: you set it up again before you can go on there.",
        accounts.join(", ")
    ))
}

/// In a forced set-up.
#[must_use]
pub fn demanded(account: Option<&str>, has_others: bool) -> String {
    let account = account.unwrap_or("This account");
    let ways_out = if has_others {
        "You can also sign out or change the account in the menu above."
    } else {
        "You can also sign out in the menu above."
    };
    format!("{account} requires MFA. Set it up to go on. {ways_out}")
}

/// Who can help somebody who has neither device nor backup codes.
#[must_use]
pub fn who_helps(owners: &[String]) -> String {
    match owners {
        [] => "If you have none left, contact your operator.".to_owned(),
        [one] => format!("If you have none left, ask {one} to reset your MFA."),
        [others @ .., last] => format!(
            "If you have none left, ask {} or {last} to reset your MFA.",
            others.join(", ")
        ),
    }
}

/// What an action costs, before the identity is verified for it.
#[must_use]
pub fn cost(action: Action, about: Option<&str>) -> String {
    let about = about.unwrap_or("the account");
    match action {
        Action::Reset => "You are about to reset your authenticator application. The one you have works until the new one is verified.".to_owned(),
        Action::Delete => "You are about to delete your authenticator application. Your backup codes stop working too.".to_owned(),
        Action::Generate => "You are about to generate new backup codes. The existing codes stop working when you click Finish.".to_owned(),
        Action::RuleOff => format!("You are about to switch off mandatory MFA for {about}. Its members may then sign in without it."),
        Action::MemberReset => format!("You are about to reset the MFA of {about}. Their authenticator and backup codes stop working, and they are signed out everywhere."),
    }
}

/// After an account's rule was lifted.
#[must_use]
pub fn rule_lifted(account: Option<&str>) -> String {
    let account = account.unwrap_or("the account");
    format!("MFA is no longer required for {account}.")
}

/// After a member was reset.
#[must_use]
pub fn member_reset(member: Option<&str>) -> String {
    let member = member.unwrap_or("the member");
    format!("The MFA of {member} was reset. They were signed out everywhere.")
}

/// How many backup codes are left.
#[must_use]
pub fn codes_left(left: u32) -> String {
    format!("{left} of {} backup codes left", BackupCode::PER_SET)
}

/// Whether so few are left that the person should do something about it.
#[must_use]
pub const fn are_few(left: u32) -> bool {
    left <= BackupCode::FEW
}

/// After a sign-in by backup code.
#[must_use]
pub fn backup_code_used(left: u32) -> String {
    format!("You used a backup code. {}.", codes_left(left))
}

/// After a lock was lifted by a backup code.
#[must_use]
pub fn unlocked_after(tries: u32) -> String {
    format!(
        "Before this sign-in, {tries} codes in a row were refused. If that was not you, change your password."
    )
}

/// Whether pressing again may help.
#[must_use]
pub const fn may_work_again(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Unreachable | AppError::Unavailable | AppError::Internal
    )
}

/// Seconds that a countdown shows beside the refusal.
#[must_use]
pub const fn wait(error: &AppError) -> Option<u32> {
    match error {
        AppError::AlreadyUsed { seconds }
        | AppError::Paused { seconds }
        | AppError::TooMany { seconds }
            if *seconds > 0 =>
        {
            Some(*seconds)
        }
        _ => None,
    }
}

/// What the countdown counts towards.
#[must_use]
pub const fn wait_for(error: &AppError) -> &'static str {
    match error {
        AppError::AlreadyUsed { .. } => "Next code in",
        _ => "Try again in",
    }
}

/// A refusal in words.
#[must_use]
pub fn refusal(error: &AppError) -> String {
    let words = match error {
        AppError::Unreachable => "The server can't be reached. What you typed is still here.",
        AppError::Unavailable => "The server is busy. What you typed is still here.",
        AppError::Internal | AppError::Malformed => "Something went wrong on the server.",
        AppError::NotSignedIn => "Your session has ended. Sign in again.",
        AppError::WrongCredentials => "The email or the password is wrong.",
        AppError::WrongCode => "This code is wrong.",
        AppError::JustExpired => "This code has just expired: use the one shown now.",
        AppError::AlreadyUsed { seconds: 0 } => {
            "This code was already used: use the one shown now."
        }
        AppError::AlreadyUsed { .. } => "This code was already used: wait for the next one.",
        AppError::BackupCodeUsed => "This backup code was already used. Use another one.",
        AppError::ClockOff { seconds } => return clock_off(*seconds),
        AppError::Paused { .. } | AppError::TooMany { .. } => "Too many attempts.",
        AppError::Locked { tries } => {
            return format!(
                "Too many attempts: {tries} codes in a row were refused. Use a backup code."
            );
        }
        AppError::PasswordRequired => "Confirm your password first.",
        AppError::VerificationRequired => "Verify your identity first.",
        AppError::NoMethod => "Add an MFA method first.",
        AppError::SetUpRequired => "This account requires MFA. Set it up first.",
        AppError::NoReset { why } => no_reset(*why),
        AppError::NotAllowed => "You may not do that.",
        AppError::NotFound => "There is no such thing.",
        AppError::LinkDead => LINK_DEAD,
        AppError::NothingPending => "There is nothing to finish any more. Start again.",
        AppError::AlreadySetUp => OTHER_TAB,
        AppError::Invalid { field } => invalid(*field),
    };
    words.to_owned()
}

/// Why an Owner can't reset a member.
#[must_use]
pub const fn no_reset(why: NoReset) -> &'static str {
    match why {
        NoReset::Oneself => "Reset your own method in My profile.",
        NoReset::NothingToReset => "There is no MFA to reset.",
        NoReset::OtherAccounts => {
            "This member also belongs to accounts that you don't own. Ask the operator."
        }
    }
}

/// What a field asks for.
#[must_use]
pub const fn invalid(field: Field) -> &'static str {
    match field {
        Field::Email => "Enter an email address such as name@example.com.",
        Field::Password => "Use 15 to 256 characters.",
        Field::PersonName | Field::AccountName | Field::MethodName => {
            "Enter a name of at most 100 characters."
        }
        Field::Code => "Enter the 6 digits that your authenticator application shows.",
        Field::BackupCode => {
            "A backup code has 16 letters and digits, such as XXXX-XXXX-XXXX-XXXX."
        }
    }
}

/// For somebody who belongs to no account.
pub const NO_ACCOUNT: &str = "You belong to no account yet. Ask your operator to add you to one.";
/// Who adds members.
pub const OPERATOR_ADDS: &str = "Accounts and their members are added by the operator.";
/// Why a switch can't be used.
pub const OWNERS_ONLY: &str = "Only an Owner can change this";
/// After the choice of an account that the person was taken out of meanwhile.
pub const LEFT_ACCOUNT: &str = "You no longer belong to this account.";
/// For an Owner without MFA whose account requires it.
pub const MEMBERS_CLOSED: &str =
    "This account requires MFA. Its members are shown once you have set it up.";
/// The browser would not save a file.
pub const NOT_SAVED: &str = "The browser refused to save the file.";

/// What becomes of the members when MFA is required.
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

/// What becomes of an Owner without MFA who requires it.
#[must_use]
pub const fn own_effect(is_worked_in: bool) -> &'static str {
    if is_worked_in {
        "You have no MFA yet: you set it up right after."
    } else {
        "You have no MFA yet: this account is closed to you until you set it up."
    }
}

/// After MFA was required.
#[must_use]
pub fn rule_set(account: &str) -> String {
    format!("MFA is now required for {account}.")
}

/// Who set a rule, before the time; none for the operator.
#[must_use]
pub fn rule_set_by(is_on: bool, owner: Option<&str>) -> String {
    let state = if is_on { "on" } else { "off" };
    let who = owner.unwrap_or("the operator");
    format!("Set {state} by {who}, ")
}

/// How many members have MFA.
#[must_use]
pub fn protected(protection: Protection) -> String {
    let Protection { members, protected } = protection;
    format!("{} of {}", grouped(protected), grouped(members))
}

/// An account's rule, for its Owners.
#[must_use]
pub const fn rule(is_on: bool) -> &'static str {
    if is_on {
        "MFA is required for this account."
    } else {
        "MFA is not required for this account."
    }
}

/// How many members there are, or how many match a search or filter.
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

/// What a reset means for the member.
#[must_use]
pub fn reset_effect(member: &str) -> String {
    format!(
        "The authenticator application and the backup codes of {member} stop working, and they are signed out everywhere. They sign in with their password and set up a new one."
    )
}

fn clock_off(seconds: i32) -> String {
    let direction = if seconds < 0 { "slow" } else { "fast" };
    let minutes = (seconds.unsigned_abs() + 30) / 60;
    let amount = match minutes {
        0 => "30 seconds".to_owned(),
        1 => "1 minute".to_owned(),
        more => format!("{more} minutes"),
    };
    format!(
        "Your device is about {amount} {direction}. Set its clock to automatic time, then enter a new code."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_hint_names_amount_and_direction() {
        assert!(
            refusal(&AppError::ClockOff { seconds: -180 })
                .starts_with("Your device is about 3 minutes slow.")
        );
        assert!(
            refusal(&AppError::ClockOff { seconds: 60 })
                .starts_with("Your device is about 1 minute fast.")
        );
        assert!(
            refusal(&AppError::ClockOff { seconds: 30 })
                .starts_with("Your device is about 1 minute fast.")
        );
    }

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

    #[test]
    fn a_countdown_stands_beside_what_passes_by_itself() {
        assert_eq!(wait(&AppError::Paused { seconds: 5 }), Some(5));
        assert_eq!(wait(&AppError::AlreadyUsed { seconds: 0 }), None);
        assert_eq!(wait(&AppError::WrongCode), None);
    }
}
