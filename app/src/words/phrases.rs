//! Sentences that depend on something: an error, a count, a name.

use domain::{backup_code::BackupCode, names::NameError, password::PasswordError, roles::Role};

use super::{ADDED_ELSEWHERE, EMAIL_WRONG, REQUIRES_MFA, SET_UP_ENDED};
use crate::{
    error::{AppError, Field},
    ui::pure::duration_words,
};

/// What a refusal means to the person in front of it.
#[must_use]
pub fn refusal(error: &AppError) -> String {
    match *error {
        AppError::Unreachable => "The server could not be reached. Check your connection and try again.".into(),
        AppError::NotSignedIn => "Your session has ended. Sign in again.".into(),
        AppError::WrongCredentials => "The email or the password is wrong.".into(),
        AppError::WrongCode => "This code is wrong. Check it and try again.".into(),
        AppError::JustExpired => "This code has just expired. Use the one shown now.".into(),
        AppError::AlreadyUsed { seconds: 0 } => "This code was already used. Use the one shown now.".into(),
        AppError::AlreadyUsed { .. } => "This code was already used. Wait for the next one.".into(),
        AppError::ClockOff { seconds } => clock_off(seconds),
        AppError::BackupCodeUsed => "This backup code was already used. Each works once: take another one.".into(),
        AppError::Paused { seconds } | AppError::TooMany { seconds } => format!("Too many attempts. Try again in {}.", about(seconds)),
        AppError::Locked { tries } => format!("Too many attempts: {tries} codes in a row were refused, so codes of the authenticator are no longer accepted. Use a backup code."),
        AppError::PasswordRequired => "Confirm your password first.".into(),
        AppError::NotAllowed => "This is not open to you.".into(),
        AppError::NotFound => "This is not there any more.".into(),
        AppError::LinkDead => "This link is no longer valid.".into(),
        AppError::NothingPending => SET_UP_ENDED.into(),
        AppError::AlreadySetUp => ADDED_ELSEWHERE.into(),
        AppError::Invalid { field } => invalid(field).into(),
        AppError::Malformed => "The server did not understand this page. Reload it and try again.".into(),
        AppError::Unavailable => "The server is busy or restarting. Try again in a moment.".into(),
        AppError::Internal => "Something went wrong on the server. Try again; if it stays so, tell the operator.".into(),
    }
}

/// What a field wants.
const fn invalid(field: Field) -> &'static str {
    match field {
        Field::Email => EMAIL_WRONG,
        Field::Password => "Use 15 to 256 characters.",
        Field::PersonName | Field::AccountName => "Use 1 to 100 letters, digits and punctuation marks.",
        Field::Code => "Enter the 6 digits of the code.",
        Field::BackupCode => "Enter the 16 letters and digits of a backup code.",
    }
}

/// A new password's length is wrong.
#[must_use]
pub const fn password_length(error: PasswordError) -> &'static str {
    match error {
        PasswordError::TooShort => "Use at least 15 characters.",
        PasswordError::TooLong => "Use at most 256 characters.",
    }
}

/// A name breaks its rule.
#[must_use]
pub const fn name(error: NameError) -> &'static str {
    match error {
        NameError::Empty => "Enter a name.",
        NameError::TooLong => "Use at most 100 characters.",
        NameError::Control => "Use letters, digits and punctuation marks only.",
    }
}

fn clock_off(seconds: i32) -> String {
    let direction = if seconds < 0 { "slow" } else { "fast" };
    format!("Your device is about {} {direction}. Set its clock to automatic, then enter the code shown now.", about(seconds.unsigned_abs()))
}

/// A span as people say it: minutes once there is one, and never less than is left.
fn about(seconds: u32) -> String {
    let whole = if seconds < 60 { seconds.max(1) } else { seconds.div_ceil(60) * 60 };
    if whole >= 7200 { format!("{} hours", whole.div_ceil(3600)) } else { duration_words(whole) }
}

/// `9 of 10 backup codes left`.
#[must_use]
pub fn codes_left(left: u32) -> String {
    format!("{left} of {} backup codes left", BackupCode::PER_SET)
}

/// The result of a sign-in with something to tell.
#[must_use]
pub fn signed_in(codes_left: Option<u32>, unlocked_after: Option<u32>) -> Option<String> {
    let used = codes_left.map(|left| format!("You used a backup code. {left} of {} left.", BackupCode::PER_SET));
    let warned = unlocked_after.map(|tries| format!("Before you, {tries} codes in a row were refused. If that was not you, change your password."));
    let said: Vec<String> = used.into_iter().chain(warned).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// What the QR code is.
#[must_use]
pub fn qr_code_for(email: &str) -> String {
    format!("QR code for {email}")
}

/// Whose invitation it is.
#[must_use]
pub fn invited(email: &str) -> String {
    format!("You will sign in as {email}.")
}

/// An account with the user's role in it.
#[must_use]
pub fn place(account: &str, role: Role, requires_mfa: bool) -> String {
    let rule = if requires_mfa { format!(", {REQUIRES_MFA}") } else { String::new() };
    format!("{account} ({}{rule})", role_name(role))
}

/// A role as people know it from the help page.
const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Member => "Member",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(-170, "Your device is about 3 minutes slow.")]
    #[case(65, "Your device is about 2 minutes fast.")]
    #[case(-60, "Your device is about 1 minute slow.")]
    #[case(-45, "Your device is about 45 seconds slow.")]
    fn a_clock_is_told_by_how_much(#[case] seconds: i32, #[case] start: &str) {
        assert!(refusal(&AppError::ClockOff { seconds }).starts_with(start), "{}", refusal(&AppError::ClockOff { seconds }));
    }

    #[rstest]
    #[case(900, "15 minutes")]
    #[case(841, "15 minutes")]
    #[case(59, "59 seconds")]
    #[case(0, "1 second")]
    #[case(86_400, "24 hours")]
    fn a_pause_is_never_said_shorter_than_it_is(#[case] seconds: u32, #[case] left: &str) {
        assert_eq!(refusal(&AppError::Paused { seconds }), format!("Too many attempts. Try again in {left}."));
    }

    #[test]
    fn a_used_code_says_which_one_to_use() {
        assert!(refusal(&AppError::AlreadyUsed { seconds: 12 }).contains("Wait for the next one"));
        assert!(refusal(&AppError::AlreadyUsed { seconds: 0 }).contains("Use the one shown now"));
    }

    #[test]
    fn a_sign_in_tells_what_it_cost_and_what_came_before() {
        assert_eq!(signed_in(None, None), None);
        assert_eq!(signed_in(Some(9), None).as_deref(), Some("You used a backup code. 9 of 10 left."));
        assert!(signed_in(Some(9), Some(20)).is_some_and(|said| said.contains("9 of 10 left") && said.contains("20 codes")));
    }

    #[test]
    fn an_account_is_named_with_its_role_and_rule() {
        assert_eq!(place("Example", Role::Owner, false), "Example (Owner)");
        assert_eq!(place("Example", Role::Member, true), "Example (Member, requires MFA)");
    }
}
