use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Response},
};
use testkit::http::HttpAnswer;

/// Reads a response of the router to its end.
pub async fn read_answer(response: Response<Body>) -> HttpAnswer {
    let (parts, body) = response.into_parts();
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let headers = parts.headers.iter();
    HttpAnswer {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
    }
}
