//! Refuses codings that this server does not decode, because the encoded bytes would be misread as
//! plain data.

use app::wire::error::AppError;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, TRANSFER_ENCODING},
    },
    response::Response,
};

use crate::middleware::refusal::refuse_as;

/// Refuses a transfer coding other than `chunked` (RFC 9112 §6.1): 501. The connection ends,
/// because another parser may see the body's end elsewhere.
pub fn transfer_refusal(request: &Request) -> Option<Response> {
    is_other(request.headers(), &TRANSFER_ENCODING, b"chunked").then(|| {
        let mut response = refuse_as(StatusCode::NOT_IMPLEMENTED, &AppError::Malformed);
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
        response
    })
}

/// Refuses a compressed body (RFC 9110 §15.5.16): 415, with the codings that are accepted.
pub fn content_refusal(request: &Request) -> Option<Response> {
    is_other(request.headers(), &CONTENT_ENCODING, b"identity").then(|| {
        let mut response = refuse_as(StatusCode::UNSUPPORTED_MEDIA_TYPE, &AppError::Malformed);
        let plain = HeaderValue::from_static("identity");
        response.headers_mut().insert(ACCEPT_ENCODING, plain);
        response
    })
}

/// Returns whether the header is present with anything but exactly this one coding.
fn is_other(headers: &HeaderMap, name: &HeaderName, known: &[u8]) -> bool {
    let mut lines = headers.get_all(name).iter();
    let Some(line) = lines.next() else {
        return false;
    };
    let is_known = line.as_bytes().trim_ascii().eq_ignore_ascii_case(known);
    !is_known || lines.next().is_some()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use rstest::rstest;

    use super::*;

    fn sent(name: &str, values: &[&str]) -> Request {
        let request = values
            .iter()
            .fold(Request::post("/api/session/whoami"), |request, value| {
                request.header(name, *value)
            });
        request.body(Body::empty()).unwrap()
    }

    #[rstest]
    #[case(&[], None)]
    #[case(&["chunked"], None)]
    #[case(&[" Chunked "], None)]
    #[case(&["gzip, chunked"], Some(501))]
    #[case(&["gzip", "chunked"], Some(501))]
    #[case(&["chunked, chunked"], Some(501))]
    #[case(&["identity"], Some(501))]
    fn s31_only_chunked_is_undone(#[case] values: &[&str], #[case] status: Option<u16>) {
        let refusal = transfer_refusal(&sent("transfer-encoding", values));
        assert_eq!(refusal.map(|response| response.status().as_u16()), status);
    }

    #[rstest]
    #[case(&[], None)]
    #[case(&["identity"], None)]
    #[case(&["gzip"], Some(415))]
    #[case(&["br"], Some(415))]
    #[case(&["identity", "gzip"], Some(415))]
    #[case(&["gzip, identity"], Some(415))]
    fn s31_no_body_is_unpacked(#[case] values: &[&str], #[case] status: Option<u16>) {
        let refusal = content_refusal(&sent("content-encoding", values));
        assert_eq!(refusal.map(|response| response.status().as_u16()), status);
    }
}
