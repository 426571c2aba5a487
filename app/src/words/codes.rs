//! Texts about backup codes.

use domain::second_factor::{backup_code::BackupCode, enrolment::CodesFor, methods::MethodType};

use super::{GENERATED, RESET, added};

/// Shown if another tab of this session made newer codes, or has already finished.
pub const CODES_REPLACED: &str = "These codes were replaced or finished in another tab. Reload the page to see the current state.";

/// Shown after a reload of the page with the codes.
pub const CODES_DRAWN_ANEW: &str =
    "These are new codes: save these. Once you click Finish, earlier ones no longer work.";

/// Shown after `Download`. Whether the browser saved a file can't be known.
pub const CODES_HANDED_OVER: &str = "The file was handed to your browser. If it is not among your downloads, use Copy or another browser.";
/// Shown after `Print`. Whether the browser printed can't be known.
pub const CODES_PRINTING: &str =
    "Your browser was asked to print. If no print window opened, use Copy or Download.";
/// Shown if the browser refused the file.
pub const CODES_NOT_TAKEN: &str =
    "Your browser did not take the file. Use Copy, or write the codes down.";
/// Shown if the browser refused to print.
pub const CODES_NOT_PRINTED: &str =
    "Your browser can't print from here. Use Copy or Download, or write the codes down.";

/// Shown after `Finish`; `kind` is the type of the method.
#[must_use]
pub fn finished(reason: CodesFor, kind: MethodType) -> String {
    match reason {
        CodesFor::Added => added(kind),
        CodesFor::Reset => RESET.to_owned(),
        CodesFor::Generated => GENERATED.to_owned(),
    }
}

/// Tells what happens to the old codes, and when the new ones become valid; none if these are the
/// first codes, which are already valid.
#[must_use]
pub const fn old_codes(reason: CodesFor, old_left: Option<u32>) -> Option<&'static str> {
    match (old_left, reason) {
        (None, _) => None,
        (Some(0), _) => Some("These codes work once you click Finish."),
        (Some(_), CodesFor::Added) => {
            Some("The first codes that this page showed work until you click Finish.")
        }
        (Some(_), CodesFor::Reset) => Some(
            "The backup codes from before work until you click Finish. You may also keep them and discard these.",
        ),
        (Some(_), CodesFor::Generated) => {
            Some("The backup codes from before work until you click Finish.")
        }
    }
}

/// Tells what is lost by leaving now; `waits`: the codes become valid only when they are finished.
#[must_use]
pub const fn codes_lost(waits: bool) -> &'static str {
    if waits {
        "If you leave, these codes never work, even if you saved them."
    } else {
        "These codes are shown only here. Without them and without your device you can't sign in."
    }
}

/// Tells how many backup codes are left.
#[must_use]
pub fn codes_left(left: u32) -> String {
    format!("{left} of {} backup codes left", BackupCode::PER_SET)
}

/// Whether so few are left that the user should generate new ones.
#[must_use]
pub const fn are_few(left: u32) -> bool {
    left <= BackupCode::FEW
}

/// Shown after a sign-in with a backup code.
#[must_use]
pub fn backup_code_used(left: u32) -> String {
    format!("You used a backup code. {}.", codes_left(left))
}

/// Shown after a sign-in that lifted a lock.
#[must_use]
pub fn unlocked_after(tries: u32) -> String {
    format!(
        "Before this sign-in, {tries} codes in a row were refused. If that was not you, change your password."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_that_waits_says_so() {
        assert_eq!(old_codes(CodesFor::Added, None), None);
        for reason in [CodesFor::Added, CodesFor::Reset, CodesFor::Generated] {
            for left in [0, 1, 10] {
                let said = old_codes(reason, Some(left)).unwrap();
                assert!(said.contains("you click Finish"), "{said}");
                let may_keep = domain::second_factor::enrolment::may_keep_codes(reason, Some(left));
                assert_eq!(said.contains("keep"), may_keep, "{said}");
            }
        }
    }
}
