//! The answers to a proxy, which passes all but one of them on to the browser.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY},
    },
    response::Response,
};
use domain::{
    door::{ApplicationOrigin, Identity, NONCE_COOKIE, NONCE_LIFETIME, SESSION_COOKIE},
    time::Timestamp,
    token::Token,
};
use http::HeaderName;
use serde_json::json;

use crate::{
    middleware::refusal::{JSON, plain},
    system::assertions::{Assertions, SigningError},
};

/// The header with the signed assertion.
const ASSERTION: HeaderName = HeaderName::from_static("twinlock-assertion");

/// Marks an answer that a browser gets at the host of an application, so that the server makes no
/// promise about that host, such as HSTS.
#[derive(Debug, Clone, Copy)]
pub struct AtApplication;

/// Lets a request in: the only answer with status 200 that a proxy gets. All eight headers are
/// there and have values, because a proxy may keep the client's own value of a missing one.
pub fn let_in(
    identity: &Identity,
    assertions: Option<&Assertions>,
    now: Timestamp,
) -> Result<Response, SigningError> {
    let assertion = assertions.ok_or(SigningError)?.sign(identity, now)?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    for (name, text) in identity.headers() {
        let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| SigningError)?;
        if text.trim().is_empty() {
            return Err(SigningError);
        }
        headers.insert(HeaderName::from_static(name), value);
    }
    let mut assertion = HeaderValue::try_from(assertion).map_err(|_| SigningError)?;
    assertion.set_sensitive(true);
    headers.insert(ASSERTION, assertion);
    Ok(response)
}

/// Tells a script of an application that its person is signed out.
pub fn signed_out(origin: &ApplicationOrigin) -> Response {
    let body = json!({ "error": "signed_out", "sign_in": format!("{origin}/") });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// Sends a browser to an absolute URL, because a proxy may complete a relative one with its own
/// address.
pub fn redirect(status: StatusCode, url: &str) -> Response {
    let mut response = Response::new(Body::empty());
    // Origins and targets are visible ASCII. If one were not, the status alone would go out.
    match HeaderValue::from_str(url) {
        Ok(url) => {
            *response.status_mut() = status;
            response.headers_mut().insert(LOCATION, url);
        }
        Err(_) => *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
    }
    response
}

/// Refuses with plain text.
pub fn refused(status: StatusCode, text: &'static str) -> Response {
    plain(status, text)
}

/// Adds what every answer of the door says to caches. The answer depends on the cookies.
pub fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Cookie"));
    response
}

/// Gives the browser its nonce.
pub fn set_nonce(response: &mut Response, nonce: &Token) {
    let seconds = NONCE_LIFETIME.as_secs();
    let value = nonce.expose();
    append(
        response,
        NONCE_COOKIE,
        &value,
        &format!("; Max-Age={seconds}"),
    );
}

/// Takes the nonce back, because it is used up.
pub fn clear_nonce(response: &mut Response) {
    append(response, NONCE_COOKIE, "", "; Max-Age=0");
}

/// Gives the browser its session in the application.
pub fn set_session(response: &mut Response, token: &Token) {
    append(response, SESSION_COOKIE, &token.expose(), "");
}

/// Takes the session back.
pub fn clear_session(response: &mut Response) {
    append(response, SESSION_COOKIE, "", "; Max-Age=0");
}

fn append(response: &mut Response, name: &str, value: &str, lasts: &str) {
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{lasts}");
    if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
