//! A server function that is asked for HTML would redirect to the `Referer` with its error in the URL: nobody may ask for it.

use app::error::AppError;
use axum::{
    extract::Request,
    http::{StatusCode, header::ACCEPT},
    middleware::Next,
    response::Response,
};

use super::refusal::refuse_as;

/// Refuses `Accept: text/html`.
pub async fn check(request: Request, next: Next) -> Response {
    let html = |accept: &[u8]| {
        accept
            .to_ascii_lowercase()
            .windows(9)
            .any(|part| part == b"text/html")
    };
    if request
        .headers()
        .get_all(ACCEPT)
        .iter()
        .any(|accept| html(accept.as_bytes()))
    {
        return refuse_as(StatusCode::NOT_ACCEPTABLE, &AppError::Malformed);
    }
    next.run(request).await
}
