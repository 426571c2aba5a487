//! Removes service workers of programs that ran at this address before. Twinlock has none: each
//! request for one returns a worker that removes itself.

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

/// The header that browsers send when they check a worker for updates (Service Workers, Nightly,
/// §"Update").
const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");
/// A worker in a folder may have been allowed to control the whole host. The removal replaces it
/// only where it still may.
const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");

/// The names that frameworks and services give their workers, in any folder, because a proxy may
/// drop the header.
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

/// Returns whether a browser requests a worker.
pub fn is_asked_for(path: &str, headers: &HeaderMap) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    headers.contains_key(SERVICE_WORKER) || NAMES.contains(&name)
}

/// Answers with the worker that removes itself. Caches don't keep it.
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
