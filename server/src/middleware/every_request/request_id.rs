//! Gives each request an id that links a user's report to the log lines.

use app::wire::{error::AppError, reference::Reference};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_LENGTH},
    response::Response,
};
use domain::ports::Entropy;

use crate::middleware::refusal::refuse;

/// The response header with the id. The request header is not read, because clients could then
/// write into the log.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id.
pub struct RequestId {
    reference: Option<Reference>,
    /// Whether the request is an API call: then an internal error contains the id too.
    is_call: bool,
}

impl RequestId {
    /// Draws an id. Without randomness the request goes on without an id, and fails only where
    /// randomness matters.
    pub fn draw(entropy: &dyn Entropy, path: &str) -> Self {
        Self {
            reference: entropy.draw::<8>().map(Reference::from_random).ok(),
            is_call: path.starts_with("/api"),
        }
    }

    /// Returns the id as it appears in the log and in the header.
    pub fn text(&self) -> String {
        let text = self.reference.map(|reference| reference.to_string());
        text.unwrap_or_else(|| "none".to_owned())
    }

    /// Adds the id to the answer, and to the error that a page shows.
    pub fn put_into(&self, response: &mut Response) {
        if let (true, StatusCode::INTERNAL_SERVER_ERROR, Some(reference)) =
            (self.is_call, response.status(), self.reference)
        {
            let (parts, body) = refuse(&AppError::Failed { reference }).into_parts();
            *response.body_mut() = body;
            response.headers_mut().remove(CONTENT_LENGTH);
            response.headers_mut().extend(parts.headers);
        }
        if let Ok(id) = HeaderValue::from_str(&self.text()) {
            response.headers_mut().insert(HEADER, id);
        }
    }
}
