//! The last resort: answers a panic, so that the process goes on.

use std::any::Any;

use app::wire::error::AppError;
use axum::response::Response;
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use crate::middleware::refusal::refuse;

/// Answers a panic without its text.
#[derive(Clone, Copy)]
pub struct PanicResponse;

/// The layer that catches panics.
pub fn catch() -> CatchPanicLayer<PanicResponse> {
    CatchPanicLayer::custom(PanicResponse)
}

impl ResponseForPanic for PanicResponse {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send>) -> Response {
        // Rust's own hook has written the location to standard error; this line links it to the
        // request.
        tracing::error!("a handler panicked");
        refuse(&AppError::Internal)
    }
}
