//! Compresses content that is only known at start; the built files bring their compressed forms.

use std::io::{Cursor, Write};

use axum::body::Bytes;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// The highest quality that is fast and small: 3 ms for an index page of 47 KB. With 5, a start
/// takes 33 MB more for a moment, to save 900 bytes.
const QUALITY: i32 = 4;
/// A window of 64 KiB is enough for a page.
const WINDOW_BITS: i32 = 16;

/// Returns the brotli form, if it is smaller.
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

/// Returns the gzip form, if it is smaller.
pub fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    smaller(encoder.finish().ok()?, plain)
}

fn smaller(packed: Vec<u8>, plain: &[u8]) -> Option<Bytes> {
    (packed.len() < plain.len()).then(|| Bytes::from(packed))
}
