//! MFA methods: set-up, confirmation, backup codes, test and deletion.

#[cfg(feature = "server")]
mod backup_codes;
#[cfg(feature = "server")]
mod method;
#[cfg(feature = "server")]
mod qr;
#[cfg(feature = "server")]
mod set_up;
mod values;

pub use values::*;
#[cfg(feature = "server")]
pub use {
    backup_codes::{finish, generate, keep_codes, show_fresh_codes},
    method::{delete, make_default, rename, test},
    set_up::{cancel, confirm, has_pending, set_up},
};
