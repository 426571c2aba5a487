//! Passes a request that every guard has accepted to its server function.

use std::sync::Arc;

use app::wire::error::AppError;
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use domain::events::Origin;
use leptos::prelude::provide_context;
use usecases::{Caller, Services, Visitor};

use crate::middleware::refusal::{JSON, refuse};

/// The size limit in bytes of an error's body. No error of ours is longer.
const LONGEST_ERROR: usize = 4096;

/// Runs the server function with the services, the visitor and the caller as its context.
pub async fn call(State(services): State<Arc<Services>>, mut request: Request) -> Response {
    let caller = request
        .extensions_mut()
        .remove::<Option<Caller>>()
        .flatten();
    let visitor = request.extensions_mut().remove::<Visitor>();
    let origin = request.extensions_mut().remove::<Origin>();
    let context = move || {
        provide_context(Arc::clone(&services));
        provide_context(caller.clone());
        if let Some(origin) = &origin {
            provide_context(origin.clone());
        }
        if let Some(visitor) = visitor {
            provide_context(visitor);
        }
    };
    let mut response = leptos_axum::handle_server_fns_with_context(context, request)
        .await
        .into_response();
    // Leptos sets the content type only for results, but its errors are JSON as well.
    response.headers_mut().entry(CONTENT_TYPE).or_insert(JSON);
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        with_status_of_its_error(response).await
    } else {
        response
    }
}

/// Sets the status of the error in the body, because Leptos answers every error with 500.
async fn with_status_of_its_error(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let error = to_bytes(body, LONGEST_ERROR).await.ok();
    let error = error.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let (own, body) = refuse(&error.unwrap_or(AppError::Internal)).into_parts();
    parts.status = own.status;
    // The error's cookies stay, because a session's token may have been exchanged before the
    // failure.
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(own.headers);
    Response::from_parts(parts, body)
}
