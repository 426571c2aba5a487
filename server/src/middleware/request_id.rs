//! Gives each request an id, by which a person's report and the log's lines are brought together.

use std::sync::Arc;

use app::{error::AppError, reference::Reference};
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::Response,
};
use domain::ports::Entropy;

use super::refusal::refuse;

/// The header that carries the id out. One that comes in is not read: it would let strangers write into the log.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Draws the id and puts it into the request, its answer, and what a page says of a failure.
pub async fn give(
    State(entropy): State<Arc<dyn Entropy>>,
    mut request: Request,
    next: Next,
) -> Response {
    // An id is a convenience: without randomness the request goes on, and fails where randomness matters.
    let reference = entropy.draw::<8>().map(Reference::from_random).ok();
    let id = reference.map_or_else(|| "none".to_owned(), |reference| reference.to_string());
    let header = HeaderValue::from_str(&id);
    let is_call = request.uri().path().starts_with("/api");
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let (true, StatusCode::INTERNAL_SERVER_ERROR, Some(reference)) =
        (is_call, response.status(), reference)
    {
        let (parts, body) = refuse(&AppError::Failed { reference }).into_parts();
        *response.body_mut() = body;
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().extend(parts.headers);
    }
    if let Ok(id) = header {
        response.headers_mut().insert(HEADER, id);
    }
    response
}
