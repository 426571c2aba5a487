//! MFA methods: set-up, confirmation, backup codes, test and deletion.

#[cfg(feature = "server")]
mod activation;
#[cfg(feature = "server")]
mod backup_codes;
#[cfg(feature = "server")]
mod keys;
#[cfg(feature = "server")]
mod method;
#[cfg(feature = "server")]
mod pending;
#[cfg(feature = "server")]
mod qr;
#[cfg(feature = "server")]
mod set_up;
mod values;

pub use values::*;
#[cfg(feature = "server")]
pub use {
    backup_codes::{finish, generate, keep_codes, show_fresh_codes},
    keys::{accepted_keys, confirm_key, key_challenge, set_up_key, test_key},
    method::{delete, make_default, rename, test},
    pending::{cancel, pending},
    set_up::{confirm, set_up},
};
