//! The pages embedded in the binary.

use std::borrow::Cow;

use axum::body::Bytes;
use rust_embed::RustEmbed;

use super::file::File;

#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// Returns the files with their names. Their hashes were computed at build time, so no file is read
/// before a client requests it.
pub fn files() -> impl Iterator<Item = (Cow<'static, str>, File)> {
    Dist::iter().filter_map(|name| {
        let file = Dist::get(&name)?;
        let hash = file.metadata.sha256_hash();
        let body = match file.data {
            Cow::Borrowed(body) => Bytes::from_static(body),
            Cow::Owned(body) => Bytes::from(body),
        };
        Some((name, File { body, hash }))
    })
}
