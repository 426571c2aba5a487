//! Home and My profile.

mod delete;
mod home;
mod name;
mod password;
mod profile;
mod settings;
mod test;

pub(crate) use home::Home;
pub(crate) use password::ChangePassword;
pub(crate) use profile::Profile;
