//! Sentences that explain a page, or what a field needs.

use domain::people::password::{MAX_CHARS, MIN_CHARS};

/// Asks for a backup code.
pub const ENTER_A_BACKUP_CODE: &str = "Enter one of your backup codes. Each code works once.";
/// Asks for a code of the authenticator application.
pub const ENTER_A_CODE: &str =
    "Enter the 6-digit code displayed by your authenticator application.";
/// Shown on the verification page of a reset, because both entries of the application may have one
/// name.
pub const ENTER_THE_NEW_CODE: &str = "Enter the 6-digit code of the new entry.";
/// Shown above backup codes.
pub const SAVE_THE_CODES: &str = "Save these codes in a safe place. You can use them instead of the authentication app as a fallback option when signing in. Each code works once.";
/// The same for a user who has no authenticator application.
pub const SAVE_THE_CODES_OF_KEYS: &str = "Save these codes in a safe place. You can use them instead of your MFA method as a fallback option when signing in. Each code works once.";
/// Leads from a set-up to the choice of a method.
pub const CHOOSE_ANOTHER_METHOD: &str = "Choose another method";
/// Printed above backup codes.
pub const CODES_ON_PAPER: &str = "Backup codes: each code works once.";
/// Shown at `Finish` while the box is empty.
pub const CONFIRM_CODES_ARE_SAVED: &str = "Save the codes, then confirm: I have saved these codes.";
/// Explains why the user can't choose another default method.
pub const ONLY_METHOD: &str = "It is your only method, so it is always used by default.";
/// Explains the default method to a user with several ones.
pub const WHAT_DEFAULT_MEANS: &str = "A sign-in asks for your default method first.";
/// The first instruction next to the QR code.
pub const INSTALL_AN_APPLICATION: &str =
    "Install an authenticator application on your phone, if you have none.";
/// The second instruction next to the QR code.
pub const SCAN_THE_CODE: &str = "In the application, add an account by scanning the QR code.";
/// The third instruction next to the QR code.
pub const CLICK_NEXT: &str = "Click Next and enter the 6-digit code that the application displays.";
/// Shown above the key as text.
pub const ENTER_THIS_KEY: &str = "Enter this key in the application:";
/// What follows from deleting one of several methods.
pub const DELETE_ONE_EFFECT: &str =
    "Your other methods still protect you. You are signed out everywhere else.";
/// The name of a new method is that of another one.
pub const NAME_IS_TAKEN: &str = "You already have a method with this name.";
/// How many authenticator applications there can be.
pub const NO_MORE_METHODS: &str = "You have reached the limit of three authenticator applications.";
/// The effect of `Delete`, if no account requires MFA.
pub const DELETE_EFFECT: &str = "Your password alone will sign you in. Your backup codes stop working too, and you are signed out everywhere else.";
/// The effect of `Delete` under a rule.
pub const DELETE_EFFECT_UNDER_A_RULE: &str =
    "Your backup codes stop working too, and you are signed out everywhere else.";
/// Shown on Home to a user without a method.
pub const ADD_A_FACTOR: &str =
    "Add an MFA method, so that your password alone is not enough to sign in.";
/// The field for the current password is empty.
pub const ENTER_CURRENT_PASSWORD: &str = "Enter your current password.";
/// The field for the password is empty.
pub const ENTER_PASSWORD: &str = "Enter your password.";
/// The field for the email is empty.
pub const ENTER_EMAIL: &str = "Enter your email.";
/// The password was refused, and the email is known.
pub const WRONG_PASSWORD: &str = "This password is wrong.";
/// The effect of a password change.
pub const SIGNED_OUT_ELSEWHERE: &str =
    "You stay signed in here and are signed out everywhere else.";
/// Shown on My profile to a user without a method.
pub const PASSWORD_ALONE: &str = "MFA is off: your password alone signs you in.";
/// Explains why the user can't generate backup codes.
pub const ADD_A_METHOD_FIRST: &str = "Add an MFA method first";
/// Shown after an action that needs a method, to a user without one.
pub const ADD_MFA_FIRST: &str = "Add an MFA method first.";
/// Shown on My profile if new codes were drawn and not finished.
pub const CODES_NOT_FINISHED: &str =
    "You did not finish your new backup codes. The ones from before still work.";
/// Shown on My profile if the valid codes were not confirmed as saved.
pub const CODES_NOT_CONFIRMED: &str = "You have not confirmed that your backup codes are saved.";
/// The effect of the first start.
pub const FIRST_OWNER_EFFECT: &str = "This makes the first account and you its Owner.";

/// Shown to a user who lost their device; `has_others`: they have several methods.
#[must_use]
pub const fn without_the_device(has_others: bool) -> &'static str {
    if has_others {
        "Use another of your methods, or one of your backup codes."
    } else {
        "Use one of your backup codes."
    }
}

/// Shown if the response to a verified action was lost.
pub const VERIFIED_AND_NOT_DONE: &str =
    "Your identity is verified. What you asked for may not be done yet.";
/// Shown after a sign-in with one of the last backup codes.
pub const RECOVERY_OFFER: &str = "Make new backup codes now, or set up a new device if you lost yours. For ten minutes your sign-in by backup code counts as the identity verification of one of them.";
/// Shown after a sign-in with a password that could not be chosen today.
pub const WEAK_PASSWORD: &str =
    "Your password is too short or easy to guess. Please change it in My profile.";
/// The title of the offer to a user who never had backup codes.
pub const NO_CODES_YET: &str = "You have no backup codes yet";
/// Offered after a sign-in to a user who never had backup codes.
pub const FIRST_CODES_OFFER: &str =
    "Make backup codes now. Without them you can't sign in if you lose your device.";
/// Shown at a path without content.
pub const NOTHING_AT_THIS_ADDRESS: &str = "There is nothing at this address.";
/// Shown before the configured URL.
pub const ADDRESS_OF_THIS_PAGE: &str = "The address of this page is ";

/// The text alternative of a QR code.
#[must_use]
pub fn qr_code_for(email: &str) -> String {
    format!("QR code for {email}")
}

/// The backup codes as a text file.
#[must_use]
pub fn codes_file(brand: &str, email: &str, date: &str, codes: &[String]) -> String {
    let codes = codes.join("\n");
    format!("{brand}\n{email}\n{date}\n\n{CODES_ON_PAPER}\n\n{codes}\n")
}

/// The position in a sequence of steps.
#[must_use]
pub fn step_of(current: usize, count: usize) -> String {
    format!("Step {current} of {count}")
}

/// The rule for a new password, which counts along; `fits`: the typed password satisfies it.
#[must_use]
pub fn password_length(typed: usize, fits: bool) -> String {
    if typed > MAX_CHARS {
        format!("At most {MAX_CHARS} characters: {typed} so far")
    } else if typed == 0 || fits {
        format!("At least {MIN_CHARS} characters")
    } else {
        format!("At least {MIN_CHARS} characters: {typed} so far")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P18: a user who types fourteen characters learns that they are too few before
    /// they press the button.
    #[test]
    fn p18_the_rule_counts_along() {
        assert_eq!(password_length(0, false), "At least 15 characters");
        assert_eq!(
            password_length(14, false),
            "At least 15 characters: 14 so far"
        );
        assert_eq!(password_length(15, true), "At least 15 characters");
        assert_eq!(
            password_length(257, false),
            "At most 256 characters: 257 so far"
        );
    }
}
