//! Gives each request an id, by which a person's report and the log's lines are brought together.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use data_encoding::HEXLOWER;
use domain::ports::Entropy;

/// The header that carries the id out. One that comes in is not read: it would let strangers write into the log.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Draws the id and puts it into the request and its answer.
pub async fn give(
    State(entropy): State<Arc<dyn Entropy>>,
    mut request: Request,
    next: Next,
) -> Response {
    // An id is a convenience: without randomness the request goes on, and fails where randomness matters.
    let id = entropy
        .draw::<8>()
        .map_or_else(|_| "none".to_owned(), |bytes| HEXLOWER.encode(&bytes));
    let header = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(id) = header {
        response.headers_mut().insert(HEADER, id);
    }
    response
}
