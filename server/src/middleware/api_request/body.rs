//! Reads the body before anything is decided, so that no client delays a decision with a slow or
//! endless body.

use std::time::Duration;

use app::wire::error::AppError;
use axum::{
    body::{Body, Bytes, HttpBody},
    http::StatusCode,
    response::Response,
};
use http_body_util::BodyExt;

use crate::middleware::refusal::{refuse, refuse_as};

/// The size limit. The largest legitimate body, a form with a password of 256 characters, is under
/// 3 KiB.
const LIMIT: usize = 16 * 1024;
/// This much of a refused body is read and dropped: if the connection ends while a proxy still
/// sends, the proxy tells its client that there is no server, instead of the refusal (RFC 9112
/// §9.6). The recipes in docs/proxies limit bodies to no more.
const DROPPED: usize = 64 * 1024;
/// The time limit for a body of that size.
const TIME: Duration = Duration::from_secs(10);

/// Returns the whole body, or the refusal.
pub async fn read(body: Body) -> Result<Bytes, Box<Response>> {
    let read = tokio::time::timeout(TIME, collect(body)).await;
    read.unwrap_or_else(|_| {
        let late = refuse_as(StatusCode::REQUEST_TIMEOUT, &AppError::Unavailable);
        Err(Box::new(late))
    })
}

async fn collect(mut body: Body) -> Result<Bytes, Box<Response>> {
    let too_large = || {
        Box::new(refuse_as(
            StatusCode::PAYLOAD_TOO_LARGE,
            &AppError::Malformed,
        ))
    };
    // A body that announces a larger size is refused before it is sent.
    if body.size_hint().lower() > DROPPED as u64 {
        return Err(too_large());
    }
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Box::new(refuse(&AppError::Malformed)))?;
        let data = frame.into_data().unwrap_or_default();
        length += data.len();
        if length > DROPPED {
            return Err(too_large());
        }
        if length <= LIMIT {
            bytes.extend_from_slice(&data);
        }
    }
    if length > LIMIT {
        return Err(too_large());
    }
    Ok(bytes.into())
}
