//! Texts, times and codes in readable form.

#[cfg(feature = "csr")]
pub(crate) mod calendar;
#[cfg(feature = "csr")]
pub(crate) mod clock;
#[cfg(feature = "csr")]
pub(crate) mod code_list;
pub mod format;
#[cfg(feature = "csr")]
pub(crate) mod key_groups;
#[cfg(feature = "csr")]
pub(crate) mod qr_code;
#[cfg(feature = "csr")]
pub(crate) mod relative_time;
#[cfg(feature = "csr")]
pub(crate) mod static_text;
#[cfg(feature = "csr")]
pub(crate) mod text_content;
