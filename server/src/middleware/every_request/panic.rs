//! The last resort: a panic becomes an answer, and the process lives on.

use std::any::Any;

use app::wire::error::AppError;
use axum::response::Response;
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use crate::middleware::refusal::refuse;

/// Answers a panic without its text.
#[derive(Clone, Copy)]
pub struct Internal;

/// The layer that catches panics.
pub fn catch() -> CatchPanicLayer<Internal> {
    CatchPanicLayer::custom(Internal)
}

impl ResponseForPanic for Internal {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send>) -> Response {
        // Rust's own hook has written where it happened to standard error; this line ties it to the request.
        tracing::error!("a handler panicked");
        refuse(&AppError::Internal)
    }
}
