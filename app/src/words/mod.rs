//! Every sentence that people read. Results stand here; refusals, backup codes and accounts have files of their own.

mod accounts;
mod codes;
mod refusals;

pub use accounts::*;
pub use codes::*;
pub use refusals::*;

use domain::second_factor::step_up::Action;

#[cfg(feature = "csr")]
use crate::routes::AfterPassword;
use crate::{routes::Page, ui::text::pure::named};

/// After the wizard.
pub const ADDED: &str = "Authenticator application added. You were signed out everywhere else.";
/// Of two tabs the other one was faster.
pub const OTHER_TAB: &str =
    "An authenticator application was already added, perhaps in another tab.";
/// An invitation that does not work any more, to the invited person.
pub const LINK_DEAD: &str = "This link was used or replaced, or has expired. If you have set a password, sign in. If not, open the newest link, or ask the person who invited you for a new one.";
/// The link of the first start when it does not work any more. Its reader started the server.
#[cfg(feature = "csr")]
pub(crate) const SETUP_LINK_DEAD: &str = "This link was used or replaced. If there is an Owner already, sign in. If not, open the newest link: the server prints one at each start.";
/// A link of which something is missing or changed.
pub const LINK_DAMAGED: &str = "This link is not whole: a part of it was lost or changed on its way. Copy all of it, as one line, from where you got it, and open it again.";
/// A page that only a link opens, without the link: after a reload, or after Back.
pub const LINK_MISSING: &str = "The address bar does not keep the link. If you have used it already, sign in. If not, open the link again.";
/// After an invitation.
pub const PASSWORD_SAVED: &str = "Your password is saved. You can sign in now.";
/// After `Change password`.
pub const PASSWORD_CHANGED: &str = "Password changed. You were signed out everywhere else.";
/// After a reset.
pub const RESET: &str = "Authenticator application reset. Delete the old entry in the application. You were signed out everywhere else.";
/// After a reset whose new codes were discarded.
pub const RESET_KEPT: &str = "Authenticator application reset; your backup codes from before still work. Delete the old entry in the application. You were signed out everywhere else.";
/// Above the QR code of a reset.
pub const BEFORE_THE_SCAN: &str = "Some applications replace the old entry as soon as you scan. Until the new one is verified only the old one works: if it is gone, a backup code signs you in.";

/// After `Cancel` at the QR code; `has_mfa`: there is an authenticator that goes on working.
#[must_use]
pub const fn cancelled(has_mfa: bool) -> &'static str {
    if has_mfa {
        "Reset cancelled: your old authenticator still works. Delete the new entry in the application. If the application replaced the old one, reset again with a backup code."
    } else {
        "Nothing was added. If you scanned the QR code, delete its entry in the application."
    }
}

/// Before the scan, where another key was shown before the password was confirmed.
pub const KEY_RENEWED: &str = "This is a new QR code, because your password was asked for in between. If your application has an entry from the QR code before, delete that entry and scan this one.";
/// After `Generate backup codes`.
pub const GENERATED: &str = "New backup codes saved. The ones from before no longer work.";
/// After `Delete`.
pub const DELETED: &str = "Authenticator application deleted. Your backup codes no longer work. You were signed out everywhere else.";
/// After `Test my authenticator`.
pub const TESTED: &str = "Your authenticator application works.";
/// After an action whose answer was lost, where trying again finds nothing to do.
pub const PERHAPS_DONE: &str = "The answer to your last try was lost on its way. It may have been done: check it here before you try again.";
/// After `Change password`, where an answer was lost and the session has ended or the current password is refused.
pub const PASSWORD_PERHAPS_CHANGED: &str =
    "Your last try, whose answer was lost, may have changed the password: try the new one.";
/// After the end of a session, where the answer to a code was lost.
pub const CODE_PERHAPS_USED: &str =
    "Your last try, whose answer was lost, may have used its code: use another one.";
/// Once the server is reached again after an answer was lost.
pub const BACK_AGAIN: &str =
    "The server answers again. Your last try may have been done all the same.";
/// After a new name was saved.
pub const RENAMED: &str = "Name saved.";

/// Who can help somebody who has neither device nor backup codes.
#[must_use]
pub fn who_helps(owners: &[String]) -> String {
    let named: Vec<String> = owners.iter().map(|owner| named(owner)).collect();
    match &*named {
        [] => "If you have none left, ask an Owner of your account to reset your MFA, or contact your operator.".to_owned(),
        [one] => format!("If you have none left, ask {one} to reset your MFA."),
        [others @ .., last] => format!(
            "If you have none left, ask {} or {last} to reset your MFA.",
            others.join(", ")
        ),
    }
}

/// Why the password is asked for again, by what it leads to.
#[cfg(feature = "csr")]
#[must_use]
pub(crate) fn why_password(then: Option<&AfterPassword>, after_reload: &Page) -> &'static str {
    match then {
        Some(AfterPassword::Perform(_)) => {
            "You signed in by a backup code more than five minutes ago. Enter your password too before you go on."
        }
        Some(AfterPassword::Open(page)) => why_password_for(page),
        Some(AfterPassword::Verify(action, _)) => why_password_for(&Page::StepUp(*action)),
        None => why_password_for(after_reload),
    }
}

/// The same by the page that it leads to.
#[must_use]
pub const fn why_password_for(page: &Page) -> &'static str {
    match page {
        Page::BackupCodes => {
            "Your backup codes were shown more than five minutes ago. Enter your password before new ones are shown."
        }
        Page::StepUp(_) => {
            "Your backup codes were made in this session. Enter your password before one of them verifies your identity."
        }
        Page::SetUp => {
            "You gave your password a while ago. Enter it again before you set up an authenticator application."
        }
        _ => "You gave your password a while ago. Enter it again before you go on.",
    }
}

/// What an action costs, before the identity is verified for it.
#[must_use]
pub fn cost(action: Action, about: Option<&str>) -> String {
    let about = about.map_or_else(|| "the account".to_owned(), named);
    match action {
        Action::Reset => "You are about to reset your authenticator application. The one you have works until the new one is verified.".to_owned(),
        Action::Delete => "You are about to delete your authenticator application. Your backup codes stop working too.".to_owned(),
        Action::Generate => "You are about to generate new backup codes. The existing codes stop working when you click Finish.".to_owned(),
        Action::RuleOff => format!("You are about to switch off mandatory MFA for {about}. Its members may then sign in without it."),
        Action::MemberReset => format!("You are about to reset the MFA of {about}. Their authenticator and backup codes stop working, and they are signed out everywhere."),
    }
}
