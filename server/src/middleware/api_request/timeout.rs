//! Limits the time of one request, so that a stuck one does not hold its place forever.

use std::time::Duration;

use app::wire::error::AppError;
use axum::response::Response;

use crate::middleware::refusal::refuse;

/// Far above the slowest legitimate request: the database gives up after 5 s, and a full queue of
/// hashes is processed in less.
const LIMIT: Duration = Duration::from_secs(30);

/// Gives up after 30 seconds.
pub async fn limit(answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(LIMIT, answer)
        .await
        .unwrap_or_else(|_| {
            tracing::warn!("a request took too long");
            refuse(&AppError::Unavailable)
        })
}
