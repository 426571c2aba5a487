//! My profile: the current user and their MFA settings.

#[cfg(feature = "server")]
mod password;
mod values;
#[cfg(feature = "server")]
mod view;

pub use values::*;
#[cfg(feature = "server")]
pub use {password::change_password, view::view};
