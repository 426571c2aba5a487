//! The page for a user who opened the server under a foreign host: names the right address. The
//! page does not redirect, and links only to the address that the operator set.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::Response,
};

use super::{
    content_type,
    index::{csp_source, escaped},
};
use crate::config::PublicUrl;

const STYLE: &str = "html{background:#fff;color:#16181d}a{color:#1d4fd7}body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;\
padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.25}\
@media(prefers-color-scheme:dark){html{background:#16181d;color:#f2f4f8}a{color:#9cc0ff}}";

/// The page.
pub struct OtherAddress {
    html: Bytes,
    policy: Option<HeaderValue>,
}

impl OtherAddress {
    /// Builds the page once.
    pub fn new(public_url: &PublicUrl, brand: &str) -> Self {
        let (url, brand) = (escaped(&public_url.to_string()), escaped(brand));
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Another address · {brand}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<style>{STYLE}</style>\n<main>\n<h1>{brand} has another address</h1>\n\
             <p>Open <a href=\"{url}/\">{url}</a> instead.</p>\n\
             <p>If this is the address that you opened, tell your operator: what stands between your browser and the server changed it on the way.</p>\n\
             </main>\n</html>\n"
        );
        let policy = format!(
            "default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            csp_source(STYLE)
        );
        Self {
            html: html.into(),
            policy: HeaderValue::try_from(policy).ok(),
        }
    }

    /// Answers with the page (421 Misdirected Request).
    pub fn answer(&self, method: &Method) -> Response {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::MISDIRECTED_REQUEST;
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static(content_type::of("index.html"));
        headers.insert(CONTENT_TYPE, kind);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(self.html.len()));
        if let Some(policy) = &self.policy {
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        if *method != Method::HEAD {
            *response.body_mut() = Body::from(self.html.clone());
        }
        response
    }
}
