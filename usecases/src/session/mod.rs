//! Signing in and out, the first Owner, invitations, and the current session.

#[cfg(feature = "server")]
mod account_choice;
#[cfg(feature = "server")]
pub(crate) mod admission;
#[cfg(feature = "server")]
mod first_start;
#[cfg(feature = "server")]
mod invitation;
#[cfg(feature = "server")]
mod keys;
#[cfg(feature = "server")]
pub(crate) mod known_browser;
#[cfg(feature = "server")]
pub(crate) mod second_factor;
#[cfg(feature = "server")]
mod sign_in;
mod values;
#[cfg(feature = "server")]
pub(crate) mod viewer;

pub use values::*;
#[cfg(feature = "server")]
pub use {
    account_choice::{accounts, choose_account, helpers},
    first_start::{check_setup_link, create_first_owner},
    invitation::{accept_invitation, check_invitation},
    keys::{key_challenge, verify_key},
    second_factor::{verify_backup_code, verify_code},
    sign_in::{confirm_password, sign_in, sign_out},
    viewer::whoami,
};
