//! The browser functions that the widgets use.

pub(crate) mod boot;
pub(crate) mod capture;
pub(crate) mod clipboard;
pub(crate) mod copy_button;
pub(crate) mod download;
pub(crate) mod focus;
pub(crate) mod id;
pub(crate) mod keys;
pub(crate) mod storage;
pub(crate) mod theme;
