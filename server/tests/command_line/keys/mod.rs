//! The key file, and `twinlock key`.

pub mod copies;
mod key_file;
pub mod rotation;
mod waiting;
