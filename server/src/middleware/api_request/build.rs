//! Tells the pages which build the server has, so that a tab loaded before a deployment notices it.

use axum::{
    http::{HeaderName, HeaderValue},
    response::Response,
};

/// The header's name. `index.html` compares its value with its own build.
pub const HEADER: HeaderName = HeaderName::from_static("x-build");

/// Adds the build to the answer, if there are pages.
pub fn name(build: Option<&HeaderValue>, response: &mut Response) {
    if let Some(build) = build {
        response.headers_mut().insert(HEADER, build.clone());
    }
}
