//! The MFA wizard: a new method, its set-up, its confirmation, its backup codes.

#[cfg(feature = "csr")]
pub(crate) mod code_form;
#[cfg(feature = "csr")]
pub(crate) mod key_prompt;
#[cfg(feature = "csr")]
pub(crate) mod second_factor_form;
#[cfg(feature = "csr")]
pub(crate) mod view;
