//! Reads the body before anything is decided, so that nobody keeps a decision waiting with a slow or endless one.

use std::time::Duration;

use app::error::AppError;
use axum::{
    body::{Body, Bytes, HttpBody},
    http::StatusCode,
    response::Response,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::refusal::{refuse, refuse_as};

/// The largest honest body, a form with a password of 256 characters, is under 3 KiB.
const LIMIT: usize = 16 * 1024;
/// How long a body of that size may take.
const TIME: Duration = Duration::from_secs(10);

/// The whole body, or why it is refused.
pub async fn read(body: Body) -> Result<Bytes, Box<Response>> {
    let read = tokio::time::timeout(TIME, collect(body)).await;
    read.unwrap_or_else(|_| {
        let late = refuse_as(StatusCode::REQUEST_TIMEOUT, &AppError::Unavailable);
        Err(Box::new(late))
    })
}

async fn collect(body: Body) -> Result<Bytes, Box<Response>> {
    let too_large = || {
        Box::new(refuse_as(
            StatusCode::PAYLOAD_TOO_LARGE,
            &AppError::Malformed,
        ))
    };
    // What announces its size is refused before it is sent.
    if body.size_hint().lower() > LIMIT as u64 {
        return Err(too_large());
    }
    match Limited::new(body, LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Box::new(refuse(&AppError::Malformed))),
    }
}
