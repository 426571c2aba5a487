//! What can be told from a request's head alone, in one layer: each layer costs every request a copy of all that lies behind it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{accept, content_type, endpoint, origin};
use crate::config::PublicUrl;

/// Refuses a request by the first of the checks that it does not pass.
pub async fn check(
    State(public_url): State<Arc<PublicUrl>>,
    request: Request,
    next: Next,
) -> Response {
    let refusal = endpoint::refusal(&request)
        .or_else(|| origin::refusal(&request, &public_url))
        .or_else(|| accept::refusal(&request))
        .or_else(|| content_type::refusal(&request));
    match refusal {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}
