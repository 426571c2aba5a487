//! Tells the pages which build of them the server has, so that a tab from before a deployment notices.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

/// The header; `index.html` compares it with its own build.
pub const HEADER: HeaderName = HeaderName::from_static("x-build");

/// Names the build, if there are pages.
pub async fn name(
    State(build): State<Option<HeaderValue>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if let Some(build) = build {
        response.headers_mut().insert(HEADER, build);
    }
    response
}
