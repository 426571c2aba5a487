//! One log line per request, and a span that adds the request's id to everything logged meanwhile.

use std::time::Instant;

use app::routes::Page;
use axum::{
    extract::Request,
    http::{Method, Uri},
    response::Response,
};
use tracing::Span;

use crate::{
    door::{EXT_AUTHZ, is_verifier},
    health::{LIVE, READY},
    middleware::every_request::request_id::RequestId,
};

/// The longest path that is logged. Our paths are short; a longer one is probably a scan.
const MAX_PATH: usize = 120;
/// A word of this length may be a truncated token.
const TOKEN: usize = 38;

/// The log line, started when the request arrives. Queries, headers, addresses and bodies are never
/// logged, because they may hold private data.
pub struct Line {
    span: Span,
    method: Method,
    path: String,
    started: Instant,
}

impl Line {
    /// Starts the line.
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day: it decides nothing"
    )]
    pub fn begin(id: &RequestId, request: &Request) -> Self {
        let line = Self {
            // At error level, so that errors carry the id with every filter.
            span: tracing::error_span!("request", id = id.text()),
            method: request.method().clone(),
            path: shortened(request.uri()),
            started: Instant::now(),
        };
        // Distinguishes a request that never arrived from one that is never answered.
        let (method, path) = (&line.method, &line.path);
        line.span
            .in_scope(|| tracing::trace!(%method, ?path, "received"));
        line
    }

    /// The span for everything else that is logged during the request.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes the line: method, path, status and time.
    pub fn end(&self, response: &Response) {
        let (method, path) = (&self.method, &self.path);
        let ms = self.started.elapsed().as_millis();
        let status = response.status().as_u16();
        self.span.in_scope(|| {
            // Health checks come every few seconds, so they are logged at debug level; their
            // failures are logged when the state changes.
            if matches!(path.as_str(), LIVE | READY) {
                tracing::debug!(%method, ?path, status, ms, "answered");
            } else {
                tracing::info!(%method, ?path, status, ms, "answered");
            }
        });
    }
}

/// Returns the path without that of an application, and without a possible link token: some
/// programs escape the `#` of a link, which puts the token into the path.
fn shortened(uri: &Uri) -> String {
    let path = uri.path();
    // An application's own path follows, which may hold secrets that are not ours.
    if is_verifier(path) && path.starts_with(EXT_AUTHZ) {
        return EXT_AUTHZ.to_owned();
    }
    for page in [Page::Invitation.path(), Page::FirstStart.path()] {
        let begin = path.get(..page.len());
        let is_page = begin.is_some_and(|begin| begin.eq_ignore_ascii_case(&page));
        if is_page && path.len() > page.len() {
            return format!("{page}…");
        }
    }
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '%');
    let parts = path.split_inclusive(|c: char| !is_of_token(c));
    let parts = parts.map(|part| {
        let word = part.trim_end_matches(|c: char| !is_of_token(c));
        if word.len() < TOKEN {
            part.to_owned()
        } else {
            format!("…{}", &part[word.len()..])
        }
    });
    parts.collect::<String>().chars().take(MAX_PATH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Whatever form a link arrives in, its token never appears in a log.
    #[rstest]
    #[case("/api/session/whoami", "/api/session/whoami")]
    #[case("/invitation", "/invitation")]
    #[case("/door/ext-authz", "/door/ext-authz")]
    #[case("/door/ext-authz/reset/hunter2", "/door/ext-authz")]
    #[case("/door/ext-authzed", "/door/ext-authzed")]
    #[case("/invitation%23AbCdEf", "/invitation…")]
    #[case("/Invitation/AbCdEf", "/invitation…")]
    #[case("/setup%2523AbCdEf", "/setup…")]
    #[case("/x/AbC-dEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x/y", "/x/…/y")]
    #[case(
        "/twinlock-0123456789abcdef_bg.wasm",
        "/twinlock-0123456789abcdef_bg.wasm"
    )]
    fn a_path_holds_no_token(#[case] path: &str, #[case] logged: &str) {
        assert_eq!(shortened(&Uri::try_from(path).unwrap()), logged);
    }

    #[test]
    fn a_long_path_is_cut() {
        let path = "/a".repeat(MAX_PATH);
        assert_eq!(shortened(&Uri::try_from(path).unwrap()).len(), MAX_PATH);
    }
}
