//! Step-up: the Identity verification before an action that a stolen open session must not allow.

mod values;
#[cfg(feature = "server")]
pub(crate) mod verification;

pub use values::*;
#[cfg(feature = "server")]
pub use verification::{
    ask, asked, cancel, key_challenge, verify_backup_code, verify_code, verify_key,
};
