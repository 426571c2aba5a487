//! One line a request, and a span around it that brings the id to whatever else is logged meanwhile.

use std::time::Instant;

use axum::{
    extract::Request,
    http::{Method, Uri},
    response::Response,
};
use tracing::Span;

use super::request_id::RequestId;
use crate::health::{LIVE, READY};

/// Paths of ours are short; the rest of a long one is somebody's probe.
const MAX_PATH: usize = 120;

/// The line, from when the request came. Queries, headers, addresses and bodies never: they may hold what is nobody's business.
pub struct Line {
    span: Span,
    method: Method,
    path: String,
    started: Instant,
}

impl Line {
    /// Begins it.
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day: it decides nothing"
    )]
    pub fn begin(id: &RequestId, request: &Request) -> Self {
        let line = Self {
            // At the level of errors, so that errors carry the id under every filter.
            span: tracing::error_span!("request", id = id.text()),
            method: request.method().clone(),
            path: shortened(request.uri()),
            started: Instant::now(),
        };
        // Tells a request that never came from one that is never answered.
        let (method, path) = (&line.method, &line.path);
        line.span
            .in_scope(|| tracing::trace!(%method, ?path, "received"));
        line
    }

    /// What else is logged meanwhile stands in it.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes it: method, path, status and time.
    pub fn end(&self, response: &Response) {
        let (method, path) = (&self.method, &self.path);
        let ms = self.started.elapsed().as_millis();
        let status = response.status().as_u16();
        self.span.in_scope(|| {
            // Asked every few seconds for as long as the server runs; what goes wrong there is logged when it changes.
            if matches!(path.as_str(), LIVE | READY) {
                tracing::debug!(%method, ?path, status, ms, "answered");
            } else {
                tracing::info!(%method, ?path, status, ms, "answered");
            }
        });
    }
}

fn shortened(uri: &Uri) -> String {
    uri.path().chars().take(MAX_PATH).collect()
}
