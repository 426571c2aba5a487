//! Accepts only server functions from the access table, and only POST (OWASP ASVS V3.5.3: no change
//! by GET).

use app::wire::{access::class_of, error::AppError};
use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header::ALLOW},
    response::Response,
};

use crate::middleware::refusal::{refuse, refuse_as};

/// Refuses unknown paths and other methods.
pub fn refusal(request: &Request) -> Option<Response> {
    if class_of(request.uri().path()).is_none() {
        return Some(refuse(&AppError::NotFound));
    }
    (request.method() != Method::POST).then(|| {
        let mut response = refuse_as(StatusCode::METHOD_NOT_ALLOWED, &AppError::Malformed);
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        response
    })
}
