//! Tests of the key file and of `twinlock key`.

pub mod copies;
mod key_file;
pub mod rotation;
mod waiting;
