//! Tells the pages which build of them the server has, so that a tab from before a deployment notices.

use axum::{
    http::{HeaderName, HeaderValue},
    response::Response,
};

/// The header; `index.html` compares it with its own build.
pub const HEADER: HeaderName = HeaderName::from_static("x-build");

/// Names the build, if there are pages.
pub fn name(build: Option<&HeaderValue>, response: &mut Response) {
    if let Some(build) = build {
        response.headers_mut().insert(HEADER, build.clone());
    }
}
