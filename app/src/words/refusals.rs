//! Texts of refusals, and of invalid fields.

use domain::{
    members::NoReset,
    people::{email::EmailError, names::NameError, password::Weakness, typed::sign},
};

use super::{KEY_TOO_LATE, LINK_DEAD, OTHER_TAB};
use crate::{
    wire::error::{AppError, Field},
    words::named,
};

/// Whether a retry may help.
#[must_use]
pub const fn may_work_again(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Unreachable
            | AppError::Unreadable
            | AppError::Unavailable
            | AppError::Internal
            | AppError::Failed { .. }
    )
}

/// Whether the refusal comes from something between the browser and the server. The input is valid,
/// and it is unknown whether the request was processed. The user is not asked to retry, because the
/// server may have counted the request.
#[must_use]
pub const fn is_from_between(error: &AppError) -> bool {
    matches!(
        error,
        AppError::SignInInFront
            | AppError::OtherPage
            | AppError::Blocked
            | AppError::Throttled
            | AppError::CutShort
            | AppError::Gateway
            | AppError::ForeignRequest
            | AppError::NoCookie
    )
}

/// Whether the response may have been lost, so that it is unknown whether the request was
/// processed.
#[must_use]
pub const fn is_lost(error: &AppError) -> bool {
    may_work_again(error) || is_from_between(error)
}

/// The seconds of the countdown next to the refusal.
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

/// The label of the countdown.
#[must_use]
pub const fn wait_for(error: &AppError) -> &'static str {
    match error {
        AppError::AlreadyUsed { .. } => "Next code in",
        _ => "Try again in",
    }
}

/// The text of a refusal.
#[must_use]
pub fn refusal(error: &AppError) -> String {
    let words = match error {
        AppError::Unreachable => "The server can't be reached. Nothing that you typed is lost.",
        AppError::Unreadable => {
            "The server's answer can't be read. Try again; if that does not help, reload the page."
        }
        AppError::SignInInFront => {
            "The sign-in in front of this page has ended. Reload the page to sign in there again."
        }
        AppError::OtherPage => {
            "Another page came instead of the server's answer, perhaps a sign-in of your network. Reload the page to see it."
        }
        AppError::Blocked => {
            "Something between your browser and the server refused what was sent. Nothing that you typed is lost. Tell your operator."
        }
        AppError::Throttled => {
            "Something between your browser and the server lets no more requests through for now. Wait a minute, then try again. Nothing that you typed is lost."
        }
        AppError::CutShort => {
            "An answer came, but it was empty or cut short on its way. If you sent something, it may have been done all the same. Nothing that you typed is lost."
        }
        AppError::Gateway => {
            "The server did not answer: what stands in front of it says so. Nothing that you typed is lost."
        }
        AppError::ForeignRequest => {
            "This request did not arrive as this page's own: something between your browser and the server changed it. Tell your operator."
        }
        AppError::NoCookie => {
            "You are not signed in, because this browser keeps no cookie of this address. Allow cookies for it, then sign in again."
        }
        AppError::Unavailable => "The server is busy. Nothing that you typed is lost.",
        AppError::Internal | AppError::Malformed => "Something went wrong on the server.",
        AppError::Failed { reference } => {
            return format!(
                "Something went wrong on the server. If it happens again, tell your operator this reference: {}",
                named(&reference.to_string())
            );
        }
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
        AppError::SessionLocked { tries } => {
            return format!(
                "Too many attempts: {tries} codes in a row were refused. Sign out and sign in again."
            );
        }
        AppError::PasswordRequired => "Confirm your password first.",
        AppError::VerificationRequired => "Verify your identity first.",
        AppError::NoMethod => {
            "This MFA method no longer exists. It may have been deleted in another tab."
        }
        AppError::SetUpRequired => "This account requires MFA. Set it up first.",
        AppError::NoReset { why } => no_reset(*why),
        AppError::NotAllowed => "You may not do that.",
        AppError::NotFound => "There is no such thing.",
        AppError::LinkDead => LINK_DEAD,
        AppError::NothingPending => "There is nothing to finish any more. Start again.",
        AppError::AlreadySetUp => OTHER_TAB,
        AppError::NoRoom => {
            "You have reached the limit for methods of this type. Delete one first."
        }
        AppError::KeyRefused => "This key was not accepted. Try again, or use another method.",
        AppError::CounterFell => {
            "This key was refused: its count of uses did not rise. A copy of it may exist. Use another method, then delete this key in My profile and add it again."
        }
        AppError::UserNotVerified => {
            "A passkey must ask for your fingerprint, face or PIN. Set one of them up on your device or key, or add it as a security key."
        }
        AppError::CredentialTaken => "This device or key is set up already. Use another one.",
        AppError::ChallengeGone => KEY_TOO_LATE,
        AppError::NoKeysHere => "Passkeys and security keys don't work at this address.",
        AppError::Invalid { field } => invalid(*field),
        AppError::WeakPassword { why } => weak(*why),
    };
    words.to_owned()
}

/// The circumstances of a refused code.
#[derive(Clone, Copy)]
pub struct CodeAttempt {
    /// Whether a backup code is also accepted.
    pub by_either: bool,
    /// Whether the response to an earlier attempt was lost.
    pub was_lost: bool,
}

/// The text of a refused code.
#[must_use]
pub fn code_refusal(error: &AppError, attempt: CodeAttempt) -> String {
    let mut said = refusal(error);
    said.push_str(match error {
        AppError::Paused { .. } if attempt.by_either => " Backup codes have to wait too.",
        AppError::AlreadyUsed { .. } | AppError::BackupCodeUsed if attempt.was_lost => {
            " It may have been your last try, whose answer was lost."
        }
        _ => "",
    });
    said
}

/// Explains why an Owner can't reset a member.
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

/// Explains why a new password is refused although it is long enough.
const fn weak(why: Weakness) -> &'static str {
    match why {
        Weakness::Common => {
            "Many people use this password: it is on lists of common ones. Choose another."
        }
        Weakness::Pattern => "This password repeats itself or follows a sequence. Choose another.",
        Weakness::Personal => {
            "This password is made of your email, your name or the name of this product. Choose another."
        }
    }
}

/// Explains why a name is invalid.
#[must_use]
pub fn name_refused(error: NameError) -> String {
    match error {
        NameError::Sign(c) => left_out(c),
        NameError::Empty => "Enter a name.".to_owned(),
        NameError::TooLong => invalid(Field::PersonName).to_owned(),
    }
}

/// Explains why an address is invalid.
#[must_use]
pub fn email_refused(error: EmailError) -> String {
    match error {
        EmailError::Sign(c) => left_out(c),
        EmailError::Form => invalid(Field::Email).to_owned(),
    }
}

fn left_out(c: char) -> String {
    format!("Leave out {}, which shows nothing.", sign(c))
}

/// Tells what a field requires.
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
        Field::OneBackupCode => "This holds more than one backup code. Paste one of them.",
    }
}

fn clock_off(seconds: i32) -> String {
    let direction = if seconds < 0 { "slow" } else { "fast" };
    let seconds = seconds.unsigned_abs();
    let minutes = (seconds + 30) / 60;
    // A wrong time zone shifts the clock by whole quarters of an hour, and the clock may be wrong
    // in addition.
    let zone = (seconds + 2 * 60) / (15 * 60) * 15;
    let is_zone = zone >= 60 && (zone * 60).abs_diff(seconds) <= 2 * 60;
    let amount = match (minutes, zone / 60, zone % 60) {
        (_, hours, rest) if is_zone => match (hours, rest) {
            (1, 0) => "1 hour".to_owned(),
            (hours, 0) => format!("{hours} hours"),
            (1, rest) => format!("1 hour and {rest} minutes"),
            (hours, rest) => format!("{hours} hours and {rest} minutes"),
        },
        (0 | 1, ..) => "1 minute".to_owned(),
        (more, ..) => format!("{more} minutes"),
    };
    format!(
        "Your device is about {amount} {direction}. Set its date, time and time zone (with summer time) to automatic, then enter a new code."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::reference::Reference;

    #[test]
    fn the_clock_hint_names_amount_and_direction() {
        assert!(
            refusal(&AppError::ClockOff { seconds: -180 })
                .starts_with("Your device is about 3 minutes slow.")
        );
        for (seconds, said) in [
            (660, "11 minutes fast"),
            (1_800, "30 minutes fast"),
            (3_600, "1 hour fast"),
            (-3_690, "1 hour slow"),
            (20_700, "5 hours and 45 minutes fast"),
            (-86_400, "24 hours slow"),
        ] {
            let words = refusal(&AppError::ClockOff { seconds });
            assert!(
                words.starts_with(&format!("Your device is about {said}. ")),
                "{words}"
            );
        }
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
    fn a_name_that_is_none_is_told_by_what_it_lacks() {
        assert_eq!(name_refused(NameError::Empty), "Enter a name.");
        assert_eq!(
            name_refused(NameError::TooLong),
            "Enter a name of at most 100 characters."
        );
    }

    #[test]
    fn a_failure_names_what_to_look_for_in_the_log() {
        let reference = Reference::from_random([0xab; 8]);
        let error = AppError::Failed { reference };
        let said = crate::words::plain(&refusal(&error));
        assert!(said.ends_with("this reference: abababababababab"));
        assert!(may_work_again(&error));
    }

    const EITHER: CodeAttempt = CodeAttempt {
        by_either: true,
        was_lost: false,
    };
    const DIGITS_ONLY: CodeAttempt = CodeAttempt {
        by_either: false,
        was_lost: false,
    };
    const AFTER_A_LOSS: CodeAttempt = CodeAttempt {
        by_either: true,
        was_lost: true,
    };

    #[test]
    fn the_pause_of_codes_holds_for_backup_codes_too() {
        let paused = AppError::Paused { seconds: 5 };
        assert_eq!(
            code_refusal(&paused, EITHER),
            "Too many attempts. Backup codes have to wait too."
        );
        assert_eq!(code_refusal(&paused, DIGITS_ONLY), "Too many attempts.");
        // This refusal is about the address or the password, where no code is judged.
        let elsewhere = AppError::TooMany { seconds: 5 };
        assert_eq!(code_refusal(&elsewhere, AFTER_A_LOSS), "Too many attempts.");
    }

    #[test]
    fn a_code_that_a_lost_try_has_used_is_told_as_that() {
        for used in [
            AppError::AlreadyUsed { seconds: 9 },
            AppError::BackupCodeUsed,
        ] {
            assert_eq!(code_refusal(&used, EITHER), refusal(&used));
            assert!(
                code_refusal(&used, AFTER_A_LOSS)
                    .ends_with(" It may have been your last try, whose answer was lost.")
            );
        }
        assert_eq!(
            code_refusal(&AppError::WrongCode, AFTER_A_LOSS),
            "This code is wrong."
        );
    }

    #[test]
    fn a_countdown_stands_beside_what_passes_by_itself() {
        assert_eq!(wait(&AppError::Paused { seconds: 5 }), Some(5));
        assert_eq!(wait(&AppError::AlreadyUsed { seconds: 0 }), None);
        assert_eq!(wait(&AppError::WrongCode), None);
    }
}
