//! The headers of every answer, including errors and static files (OWASP ASVS 5.0 V3.4).

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    response::Response,
};

use crate::{config::Hsts, door::AtApplication, spa::InlineSources};

/// Turns off every browser feature except the copy buttons' clipboard and passkeys. Lists only
/// names that browsers know, because browsers report unknown ones.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(self), \
    display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), \
    idle-detection=(), keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), serial=(), \
    storage-access=(), usb=(), window-management=(), xr-spatial-tracking=()";

/// The policy of answers that are not pages: opened directly, they load nothing. On `/api` this
/// saves 600 bytes against the pages' policy.
const DATA: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The headers, built once at start.
pub struct SecurityHeaders(HeaderMap);

impl SecurityHeaders {
    /// `inline` describes the inline scripts and styles of the index page.
    #[must_use]
    pub fn new(inline: Option<&InlineSources>, hsts: Option<Hsts>) -> Self {
        let fixed = |name: &'static str, value: &'static str| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        let mut headers: HeaderMap = [
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (CONTENT_SECURITY_POLICY, policy(inline)),
            fixed("cross-origin-opener-policy", "same-origin"),
            fixed("cross-origin-embedder-policy", "require-corp"),
            fixed("cross-origin-resource-policy", "same-origin"),
            fixed("permissions-policy", PERMISSIONS),
        ]
        .into_iter()
        .collect();
        if let Some(hsts) = hsts {
            let hsts = HeaderValue::from_static(hsts.header());
            headers.insert(STRICT_TRANSPORT_SECURITY, hsts);
        }
        Self(headers)
    }

    /// Adds the headers. The policy depends on the type, unless the answer has one. Answers without
    /// a caching rule, as in `/api`, are not stored. Nothing is promised for an application's host.
    pub fn add(&self, response: &mut Response) {
        let is_at_application = response.extensions().get::<AtApplication>().is_some();
        let headers = response.headers_mut();
        // Reserves room for all headers and the two added later, because a growing map is
        // reallocated several times.
        headers.reserve(self.0.len() + 2);
        let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        if let Some(policy) = kind.and_then(policy_of_data) {
            let policy = HeaderValue::from_static(policy);
            headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
        }
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        if is_at_application {
            headers.remove(STRICT_TRANSPORT_SECURITY);
        }
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
}

/// Returns the policy of an answer with this type, unless it is a page.
pub fn policy_of_data(content_type: &[u8]) -> Option<&'static str> {
    (!content_type.starts_with(b"text/html")).then_some(DATA)
}

fn policy(inline: Option<&InlineSources>) -> HeaderValue {
    let list = |sources: &[String]| -> String {
        sources.iter().flat_map(|source| [" ", source]).collect()
    };
    let scripts = inline
        .map(|inline| list(&inline.scripts))
        .unwrap_or_default();
    let styles = inline
        .map(|inline| list(&inline.styles))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{scripts} 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'none'; style-src 'self'{styles}; \
         img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    // Hashes are base64, so this always succeeds. If it did not, nothing at all would be allowed.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
