//! Tests of the key file and of `twinlock key`.

mod assertions;
pub mod copies;
mod credentials;
pub mod frozen;
mod key_file;
pub mod rotation;
mod waiting;
