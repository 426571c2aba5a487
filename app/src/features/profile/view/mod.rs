//! Home and My profile.

mod card_state;
mod edit_name;
mod home;
mod method_card;
mod passkey_hint;
mod password;
mod profile;
mod settings;
mod test_form;

pub(crate) use home::Home;
pub(crate) use password::ChangePassword;
pub(crate) use profile::Profile;
