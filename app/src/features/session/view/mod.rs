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

use domain::people::link_token;
use js_sys::Array;
use leptos::prelude::*;
use usecases::secret_text::SecretText;

use crate::{
    browser_call::call,
    shell::view::app_error_alert::{WayOn, link_dead},
    ui::lead,
    words,
};

/// Checks the password rule for a form, on the text in NFC. Returns what is wrong.
pub(crate) fn password_error(typed: &str) -> Option<String> {
    let nfc = call(&typed.into(), "normalize", &Array::of1(&"NFC".into()));
    let nfc = nfc.ok().and_then(|nfc| nfc.as_string());
    domain::people::password::check_length(nfc.as_deref().unwrap_or(typed))
        .err()
        .map(|_| words::invalid(crate::wire::error::Field::Password).to_owned())
}

/// A link that does not work: it is no longer valid, it was damaged, or the page was reloaded,
/// which removes the token from the address bar.
#[component]
fn DeadLink(token: SecretText) -> impl IntoView {
    let said = match token.expose() {
        "" => words::LINK_MISSING,
        token if link_token::canonical(token).is_none() => words::LINK_DAMAGED,
        _ => link_dead(),
    };
    view! {
        {lead(said)}
        <p><WayOn /></p>
    }
}
