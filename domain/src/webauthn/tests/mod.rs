//! Whole ceremonies, and what tests of the parts share.

pub mod cbor_writer;
