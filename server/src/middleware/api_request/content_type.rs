//! Requires bodies to be declared as JSON, because a form on another site can send its types
//! without a preflight, and JSON is none of them.

use app::wire::error::AppError;
use axum::{
    body::HttpBody,
    extract::Request,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::Response,
};

use crate::middleware::refusal::refuse_as;

/// Refuses a body with another content type, or without one.
pub fn refusal(request: &Request) -> Option<Response> {
    let is_other = !request.body().is_end_stream() && !is_json(request.headers());
    is_other.then(|| refuse_as(StatusCode::UNSUPPORTED_MEDIA_TYPE, &AppError::Malformed))
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(one), None) = (types.next(), types.next()) else {
        return false;
    };
    let essence = one
        .to_str()
        .ok()
        .and_then(|text| text.split(';').next())
        .map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}
