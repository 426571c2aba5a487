//! Compresses what is only known at start; the built files come with their compressed forms.

use std::io::{Cursor, Write};

use axum::body::Bytes;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// The most that is quick, 3 ms for an index page of 47 KB. From 5 on the library's tables are of 1 to 23 MB, for 900 bytes less.
const QUALITY: i32 = 4;
/// What is packed here is a page, not a book: 64 KiB.
const WINDOW_BITS: i32 = 16;

/// The brotli form, if it is smaller.
pub fn brotli(plain: &[u8]) -> Option<Bytes> {
    let mut packed = Vec::new();
    let parameters = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW_BITS,
        size_hint: plain.len(),
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut Cursor::new(plain), &mut packed, &parameters).ok()?;
    smaller(packed, plain)
}

/// The gzip form, if it is smaller.
pub fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    smaller(encoder.finish().ok()?, plain)
}

fn smaller(packed: Vec<u8>, plain: &[u8]) -> Option<Bytes> {
    (packed.len() < plain.len()).then(|| Bytes::from(packed))
}
