//! Refuses requests that accept HTML, because a server function would answer them with a redirect
//! to the `Referer` with its error in the URL.

use app::wire::error::AppError;
use axum::{
    extract::Request,
    http::{StatusCode, header::ACCEPT},
    response::Response,
};

use crate::middleware::refusal::refuse_as;

/// Refuses `Accept: text/html`.
pub fn refusal(request: &Request) -> Option<Response> {
    let html = |accept: &[u8]| {
        accept
            .to_ascii_lowercase()
            .windows(9)
            .any(|part| part == b"text/html")
    };
    let mut accepted = request.headers().get_all(ACCEPT).iter();
    accepted
        .any(|accept| html(accept.as_bytes()))
        .then(|| refuse_as(StatusCode::NOT_ACCEPTABLE, &AppError::Malformed))
}
