//! What the shell itself shows.

pub(crate) mod app_error_alert;
pub(crate) mod guard;
pub(crate) mod not_found;
pub(crate) mod notice;
