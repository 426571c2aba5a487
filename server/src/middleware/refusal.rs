//! Refusals before the server functions: the same JSON as theirs, because the pages decode every
//! error as one type. Other clients get text.

use app::wire::error::AppError;
use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::Response,
};

/// The content type of every refusal.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Answers with an error and the status that belongs to it.
pub fn refuse(error: &AppError) -> Response {
    refuse_as(error.status(), error)
}

/// Answers with an error under a more specific HTTP status.
pub fn refuse_as(status: StatusCode, error: &AppError) -> Response {
    // Plain values always serialise. If they did not, the status would still tell the error.
    let mut response = Response::new(Body::from(serde_json::to_vec(error).unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    if let Some(seconds) = error.retry_after() {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Answers with plain text, where no page decodes it.
pub fn plain(status: StatusCode, text: &'static str) -> Response {
    plain_text(status, text)
}

/// Like [`plain`], with a text that is made for this answer.
pub fn plain_text(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
