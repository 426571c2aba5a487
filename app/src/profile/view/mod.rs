//! Home and My profile.

mod home;
mod profile;
mod settings;

pub(crate) use home::Home;
pub(crate) use profile::Profile;
