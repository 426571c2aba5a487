//! Hands a request that every guard has passed to its server function.

use axum::{
    extract::{Request, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use domain::events::Origin;
use leptos::prelude::provide_context;
use usecases::{Caller, Services, Visitor};

use super::refusal::JSON;

/// Runs the server function with the services, the visitor and the caller as its context.
pub async fn call(State(services): State<Services>, mut request: Request) -> Response {
    let caller = request
        .extensions_mut()
        .remove::<Option<Caller>>()
        .flatten();
    let visitor = request.extensions_mut().remove::<Visitor>();
    let origin = request.extensions_mut().remove::<Origin>();
    let context = move || {
        provide_context(services.clone());
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
    // Leptos names the type of results only; its errors are JSON as well.
    response.headers_mut().entry(CONTENT_TYPE).or_insert(JSON);
    response
}
