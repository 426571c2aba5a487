//! The pages inside the binary.

use std::borrow::Cow;

use axum::body::Bytes;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// Every file of `dist` by its name.
pub fn files() -> impl Iterator<Item = (Cow<'static, str>, Bytes)> {
    Dist::iter().filter_map(|name| {
        let body = match Dist::get(&name)?.data {
            Cow::Borrowed(body) => Bytes::from_static(body),
            Cow::Owned(body) => Bytes::from(body),
        };
        Some((name, body))
    })
}
