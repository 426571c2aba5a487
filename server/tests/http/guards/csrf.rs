//! Requests that another site makes in a user's browser.

use app::wire::access::ACCESS;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, Request},
};
use rstest::rstest;

use crate::support::{HttpAnswer, TestServer};

async fn post(
    server: &TestServer,
    path: &str,
    headers: &[(&'static str, &'static str)],
) -> HttpAnswer {
    let mut request = Request::post(path)
        .header("content-type", "application/json")
        .body(Body::from("{}"))
        .unwrap();
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    request.headers_mut().extend(headers);
    server.send(request).await
}

#[rstest]
#[case::cross_site(&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")])]
#[case::same_site(&[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")])]
#[case::typed(&[("sec-fetch-site", "none")])]
#[case::evil_origin(&[("origin", "https://evil.example")])]
#[case::opaque_origin(&[("origin", "null")])]
#[case::neither(&[])]
#[case::forwarded(&[("origin", "https://evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")])]
#[tokio::test]
async fn are_refused_by_every_function(#[case] headers: &[(&'static str, &'static str)]) {
    let server = TestServer::start().await;
    for (path, _) in ACCESS {
        let answer = post(&server, path, headers).await;
        answer.expect_refused(403, "foreign_request");
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.cookies().is_empty());
    }
}

#[rstest]
#[case::fetch_metadata(&[("sec-fetch-site", "same-origin")])]
#[case::public_url(&[("origin", "http://127.0.0.1:3000")])]
#[case::host(&[("origin", "http://panel.local:3000"), ("host", "panel.local:3000")])]
#[tokio::test]
async fn while_our_own_pages_pass(#[case] headers: &[(&'static str, &'static str)]) {
    let server = TestServer::start().await;
    let answer = post(&server, "/api/session/whoami", headers).await;
    assert_eq!(answer.expect_ok(), serde_json::Value::Null);
}
