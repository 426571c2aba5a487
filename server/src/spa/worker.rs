//! Service workers of programs that stood at this address before. Twinlock has none: each that is asked for gets one that removes itself.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method,
        header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::Response,
};

use super::content_type;

const REMOVAL: &str = include_str!("remove-worker.js");

/// What browsers send when they look for a worker's newest version (Service Workers, Nightly, §"Update").
const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");
/// A worker in a folder may have been allowed to stand for the whole host; it is replaced only where it still may.
const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");

/// The names that frameworks and services give them, in any folder: a proxy may drop the header.
const NAMES: [&str; 15] = [
    "sw.js",
    "sw.min.js",
    "serviceworker.js",
    "service-worker.js",
    "service_worker.js",
    "serviceWorker.js",
    "service-worker.min.js",
    "sw-precache.js",
    "ngsw-worker.js",
    "safety-worker.js",
    "worker-basic.min.js",
    "pwabuilder-sw.js",
    "firebase-messaging-sw.js",
    "OneSignalSDKWorker.js",
    "flutter_service_worker.js",
];

/// Whether a browser looks for a worker there.
pub fn is_asked_for(path: &str, headers: &HeaderMap) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    headers.contains_key(SERVICE_WORKER) || NAMES.contains(&name)
}

/// The worker that removes itself. No cache keeps it.
pub fn removal(method: &Method) -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(content_type::of("sw.js"));
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(SERVICE_WORKER_ALLOWED, HeaderValue::from_static("/"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(REMOVAL.len()));
    if *method != Method::HEAD {
        *response.body_mut() = Body::from(REMOVAL);
    }
    response
}
