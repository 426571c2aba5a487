//! Home and My profile.

mod authenticator_test;
mod delete;
mod home;
mod name;
mod one_of_several;
mod password;
mod profile;
mod settings;

pub(crate) use home::Home;
pub(crate) use password::ChangePassword;
pub(crate) use profile::Profile;
