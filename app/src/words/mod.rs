//! All sentences that users read. Results are in this file. A page has only labels of one word of
//! its own, which a test checks.

mod accounts;
mod amounts;
mod codes;
mod connection;
mod keys;
mod labels;
mod names;
mod pages;
mod refusals;
mod widgets;

pub use accounts::*;
pub use amounts::*;
pub use codes::*;
pub use connection::*;
pub use keys::*;
pub use labels::*;
pub use names::*;
pub use pages::*;
pub use refusals::*;
pub use widgets::*;

use domain::second_factor::{methods::MethodType, step_up::ProtectedAction};
use usecases::mfa::SetUpPurpose;

#[cfg(feature = "csr")]
use crate::routes::AfterPassword;
use crate::routes::Page;

/// Shown after the wizard.
#[must_use]
pub fn added(kind: MethodType) -> String {
    format!(
        "{} added. You were signed out everywhere else.",
        method_type(kind)
    )
}

/// Shown if another tab was faster.
pub const OTHER_TAB: &str =
    "Your MFA methods were changed, perhaps in another tab. My profile shows what is valid now.";
/// Shown to an invited user whose invitation no longer works.
pub const LINK_DEAD: &str = "This link was used or replaced, or has expired. If you have set a password, sign in. If not, open the newest link, or ask the person who invited you for a new one.";
/// Shown if the link of the first start no longer works. Its reader started the server.
#[cfg(feature = "csr")]
pub(crate) const SETUP_LINK_DEAD: &str = "This link was used or replaced. If there is an Owner already, sign in. If not, open the newest link: the server prints one at each start.";
/// Shown for a link that is incomplete or was changed.
pub const LINK_DAMAGED: &str = "This link is not whole: a part of it was lost or changed on its way. Copy all of it, as one line, from where you got it, and open it again.";
/// Shown on a page that only a link opens, without the link: after a reload, or after Back.
pub const LINK_MISSING: &str = "The address bar does not keep the link. If you have used it already, sign in. If not, open the link again.";
/// Shown after an invitation was used.
pub const PASSWORD_SAVED: &str = "Your password is saved. You can sign in now.";
/// Shown after `Change password`.
pub const PASSWORD_CHANGED: &str = "Password changed. You were signed out everywhere else.";
/// Shown after a reset.
pub const RESET: &str = "Authenticator application reset. Delete the old entry in the application. You were signed out everywhere else.";
/// Shown after a reset whose new codes were discarded.
pub const RESET_KEPT: &str = "Authenticator application reset; your backup codes from before still work. Delete the old entry in the application. You were signed out everywhere else.";
/// Shown above the QR code of a reset.
pub const BEFORE_THE_SCAN: &str = "Some applications replace the old entry as soon as you scan. Until the new one is verified only the old one works: if it is gone, a backup code signs you in.";

/// Shown after `Cancel` at the QR code or before a key; after a reset the old authenticator still
/// works.
#[must_use]
pub const fn cancelled(purpose: SetUpPurpose, kind: MethodType) -> &'static str {
    match purpose {
        _ if kind.key_kind().is_some() => "Nothing was added.",
        SetUpPurpose::Reset => {
            "Reset cancelled: your old authenticator still works. Delete the new entry in the application. If the application replaced the old one, reset again with a backup code."
        }
        SetUpPurpose::First | SetUpPurpose::Further => {
            "Nothing was added. If you scanned the QR code, delete its entry in the application."
        }
    }
}

/// Shown before the scan, if another key was shown before the password was confirmed.
pub const KEY_RENEWED: &str = "This is a new QR code, because your password was asked for in between. If your application has an entry from the QR code before, delete that entry and scan this one.";
/// Shown after `Generate backup codes`.
pub const GENERATED: &str = "New backup codes saved. Any from before no longer work.";

/// Shown after the last method was deleted.
#[must_use]
pub fn deleted(kind: MethodType) -> String {
    format!(
        "{} deleted. Your backup codes no longer work. You were signed out everywhere else.",
        method_type(kind)
    )
}

/// Shown after `Test`.
#[must_use]
pub fn tested(kind: MethodType) -> String {
    format!("Your {} works.", in_a_sentence(kind))
}

/// Shown after an action whose response was lost, if a retry finds nothing to do.
pub const PERHAPS_DONE: &str = "The answer to your last try was lost on its way. It may have been done: check it here before you try again.";
/// Shown after `Change password`, if a response was lost and the session has ended or the current
/// password is refused.
pub const PASSWORD_PERHAPS_CHANGED: &str =
    "Your last try, whose answer was lost, may have changed the password: try the new one.";
/// Shown after the end of a session, if the response to a code was lost.
pub const CODE_PERHAPS_USED: &str =
    "Your last try, whose answer was lost, may have used its code: use another one.";
/// Shown once the server is reached again after a response was lost.
pub const BACK_AGAIN: &str =
    "The server answers again. Your last try may have been done all the same.";
/// Shown after a new name was saved.
pub const RENAMED: &str = "Name saved.";

/// Tells a user without device and backup codes who can help them.
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

/// Explains why the password is asked for again, by what it leads to.
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

/// Explains why the password is asked for again, by the page that it leads to.
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
            "You gave your password a while ago. Enter it again before you set up an MFA method."
        }
        _ => "You gave your password a while ago. Enter it again before you go on.",
    }
}

/// Shown after one of several methods was deleted; `new_default` is the method that became the
/// default because the deleted one was it.
#[must_use]
pub fn one_deleted(new_default: Option<&str>) -> String {
    let default = new_default
        .map(|name| format!(" “{}” is now the default.", named(name)))
        .unwrap_or_default();
    format!("Method deleted.{default} You were signed out everywhere else.")
}

/// Shown after a method was made the default.
#[must_use]
pub fn made_default(name: &str) -> String {
    format!(
        "“{}” is now the default: a sign-in asks for it first.",
        named(name)
    )
}

/// The name of the menu of a method, which is named unless it is the only one.
#[must_use]
pub fn menu_for(name: &str, is_only: bool) -> String {
    if is_only {
        MFA_METHOD_MENU.to_owned()
    } else {
        format!("{MFA_METHOD_MENU} for {name}")
    }
}

/// The question before one of several methods is deleted.
#[must_use]
pub fn delete_named(name: &str) -> String {
    format!("Delete {}?", named(name))
}

/// Asks for a code of one of several methods.
#[must_use]
pub fn enter_a_code_of(name: &str) -> String {
    format!("Enter the 6-digit code displayed by “{}”.", named(name))
}

/// The effect of an action, shown before the identity is verified for it; `kind` is the type of the
/// only method.
#[must_use]
pub fn cost(action: ProtectedAction, about: Option<&str>, kind: MethodType) -> String {
    // One of several methods is named.
    if let Some(name) = about {
        let name = named(name);
        match action {
            ProtectedAction::Reset => {
                return format!(
                    "You are about to reset “{name}”. Its old entry works until the new one is verified."
                );
            }
            ProtectedAction::Delete => {
                return format!(
                    "You are about to delete “{name}”. Your other methods and your backup codes still work."
                );
            }
            _ => {}
        }
    }
    let about = about.map_or_else(|| "the account".to_owned(), named);
    match action {
        ProtectedAction::Add => "You are about to add an MFA method. Verify your identity with one that you have.".to_owned(),
        ProtectedAction::Reset => "You are about to reset your authenticator application. The one you have works until the new one is verified.".to_owned(),
        ProtectedAction::Delete => format!("You are about to delete your {}. Your backup codes stop working too.", in_a_sentence(kind)),
        ProtectedAction::Generate => "You are about to generate new backup codes. Any existing codes stop working when you click Finish.".to_owned(),
        ProtectedAction::RuleOff => format!("You are about to switch off mandatory MFA for {about}. Its members may then sign in without it."),
        ProtectedAction::MemberReset => format!("You are about to reset the MFA of {about}. Their MFA methods and backup codes stop working, and they are signed out everywhere."),
    }
}
