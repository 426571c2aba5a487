//! One file in up to three encodings, each with its own strong entity tag.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
            ETAG, IF_NONE_MATCH, VARY,
        },
    },
    response::Response,
};
use data_encoding::HEXLOWER;

use super::{
    encoding::{Encoding, accepts},
    file::File,
    packing::{brotli, gzip},
};
use crate::middleware::every_request::security_headers::policy_of_data;

/// A file's encodings, the preferred one first.
pub struct Representations {
    content_type: &'static str,
    cache: &'static str,
    policy: Option<&'static str>,
    forms: Vec<Form>,
}

struct Form {
    encoding: Encoding,
    body: Bytes,
    etag: String,
}

impl Representations {
    /// Creates a file with its compressed forms.
    pub fn new(
        content_type: &'static str,
        cache: &'static str,
        plain: File,
        br: Option<Bytes>,
        gz: Option<Bytes>,
    ) -> Self {
        let hash = HEXLOWER.encode(&plain.hash[..16]);
        let form = |encoding: Encoding, body| {
            let etag = format!("\"{hash}-{}\"", encoding.name().unwrap_or("plain"));
            Form {
                encoding,
                body,
                etag,
            }
        };
        let forms = [
            br.map(|body| form(Encoding::Brotli, body)),
            gz.map(|body| form(Encoding::Gzip, body)),
            Some(form(Encoding::Identity, plain.body)),
        ];
        Self {
            content_type,
            cache,
            // Set here because a 304 answer names no type.
            policy: policy_of_data(content_type.as_bytes()),
            forms: forms.into_iter().flatten().collect(),
        }
    }

    /// Compresses a file that is only known at start.
    pub fn packed(content_type: &'static str, cache: &'static str, plain: Bytes) -> Self {
        let (br, gz) = (brotli(&plain), gzip(&plain));
        Self::new(content_type, cache, plain.into(), br, gz)
    }

    /// Replaces the CSP of the file's type with its own.
    pub const fn with_policy(mut self, policy: &'static str) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Answers GET and HEAD.
    pub fn answer(&self, method: &Method, headers: &HeaderMap) -> Response {
        let Some(form) = self.forms.iter().find(|form| {
            form.encoding
                .name()
                .is_none_or(|name| accepts(headers, name))
        }) else {
            return Response::default();
        };
        let mut response = Response::default();
        let answer = response.headers_mut();
        answer.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache));
        answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(policy) = self.policy {
            answer.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        if let Ok(etag) = HeaderValue::from_str(&form.etag) {
            answer.insert(ETAG, etag);
        }
        if is_known(headers, &form.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        answer.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        answer.insert(CONTENT_LENGTH, HeaderValue::from(form.body.len()));
        if let Some(name) = form.encoding.name() {
            answer.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        if method != Method::HEAD {
            *response.body_mut() = Body::from(form.body.clone());
        }
        response
    }
}

/// `If-None-Match` compares weakly (RFC 9110 §13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
