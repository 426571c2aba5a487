//! Gives each request an id, by which a person's report and the log's lines are brought together.

use app::wire::{error::AppError, reference::Reference};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_LENGTH},
    response::Response,
};
use domain::ports::Entropy;

use crate::middleware::refusal::refuse;

/// The header that carries the id out. One that comes in is not read: it would let strangers write into the log.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id.
pub struct RequestId {
    reference: Option<Reference>,
    /// A refusal of a call says it too.
    is_call: bool,
}

impl RequestId {
    /// An id is a convenience: without randomness the request goes on, and fails where randomness matters.
    pub fn draw(entropy: &dyn Entropy, path: &str) -> Self {
        Self {
            reference: entropy.draw::<8>().map(Reference::from_random).ok(),
            is_call: path.starts_with("/api"),
        }
    }

    /// As it stands in the log and in the header.
    pub fn text(&self) -> String {
        let text = self.reference.map(|reference| reference.to_string());
        text.unwrap_or_else(|| "none".to_owned())
    }

    /// Puts it into the answer, and into what a page says of a failure.
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
