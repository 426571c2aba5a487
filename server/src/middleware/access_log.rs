//! One line a request, and a span around it that brings the id to whatever else is logged meanwhile.

use std::time::Instant;

use axum::{extract::Request, middleware::Next, response::Response};
use tracing::Instrument;

use super::request_id::RequestId;
use crate::health::{LIVE, READY};

/// Paths of ours are short; the rest of a long one is somebody's probe.
const MAX_PATH: usize = 120;

/// Logs method, path, status and time. Queries, headers, addresses and bodies never: they may hold what is nobody's business.
#[expect(
    clippy::disallowed_methods,
    reason = "a duration on the monotonic clock, not a time of day: it decides nothing"
)]
pub async fn log(request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map_or("none", |id| id.0.as_str())
        .to_owned();
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(MAX_PATH).collect();
    let started = Instant::now();
    // At the level of errors, so that errors carry the id under every filter.
    let span = tracing::error_span!("request", id);
    // Tells a request that never came from one that is never answered.
    span.in_scope(|| tracing::trace!(%method, ?path, "received"));
    let response = next.run(request).instrument(span.clone()).await;
    let ms = started.elapsed().as_millis();
    let status = response.status().as_u16();
    span.in_scope(|| {
        // Asked every few seconds for as long as the server runs; what goes wrong there is logged when it changes.
        if matches!(path.as_str(), LIVE | READY) {
            tracing::debug!(%method, ?path, status, ms, "answered");
        } else {
            tracing::info!(%method, ?path, status, ms, "answered");
        }
    });
    response
}
