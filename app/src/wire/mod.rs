//! The wire format, for both sides: errors, their HTTP statuses, and how requests are sent.

#[cfg(feature = "ssr")]
pub mod access;
pub mod connection;
pub mod error;
mod error_fields;
pub mod json_post;
pub mod reference;
