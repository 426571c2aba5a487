use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Response, StatusCode, header::SET_COOKIE},
};
use serde_json::Value;

/// A response with its complete body.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    /// Returns a header's text, or an empty text without the header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns every cookie that the response sets.
    pub fn cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect()
    }

    /// Returns the body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.body))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> String {
        self.json()["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns status and kind, to be compared at once.
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.kind())
    }

    /// Expects success; returns the result.
    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Expects a refusal; returns the whole error.
    #[track_caller]
    pub fn expect_refused(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.refusal(), (status, kind.to_owned()), "{}", self.text());
        self.json()
    }
}
