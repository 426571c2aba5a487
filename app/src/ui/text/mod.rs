//! Texts, times and codes in readable form.

#[cfg(feature = "csr")]
pub(crate) mod calendar;
#[cfg(feature = "csr")]
pub(crate) mod clock;
#[cfg(feature = "csr")]
pub(crate) mod code_list;
#[cfg(feature = "csr")]
pub(crate) mod key_groups;
pub mod pure;
#[cfg(feature = "csr")]
pub(crate) mod qr_code;
#[cfg(feature = "csr")]
pub(crate) mod relative_time;
pub mod wording;
#[cfg(feature = "csr")]
pub(crate) mod written;
