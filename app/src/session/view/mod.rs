//! The pages of the session.

mod choose_account;
mod confirm_password;
mod first_start;
mod invitation;
mod new_password;
mod sign_in;
mod verify;

pub(crate) use choose_account::ChooseAccount;
pub(crate) use confirm_password::ConfirmPassword;
pub(crate) use first_start::FirstStart;
pub(crate) use invitation::Invitation;
pub(crate) use new_password::NewPasswordField;
pub(crate) use sign_in::SignIn;
pub(crate) use verify::Verify;

use leptos::prelude::*;

use crate::words;

/// The password rule as a form asks it: the text in NFC, or what is wrong with it.
pub(crate) fn password_error(typed: &str) -> Option<String> {
    let nfc: String = js_sys::JsString::from(typed).normalize("NFC").into();
    domain::password::check_length(&nfc)
        .err()
        .map(|_| words::invalid(crate::error::Field::Password).to_owned())
}

/// A link that does not work any more.
#[component]
fn DeadLink(
    /// The page was reloaded: the token has left the address bar, so nothing is known of the link.
    missing: bool,
) -> impl IntoView {
    view! { <p class="lead">{if missing { words::LINK_MISSING } else { words::LINK_DEAD }}</p> }
}
