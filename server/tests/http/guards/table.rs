//! Compares the access table with the registered server functions.

use std::collections::BTreeSet;

use app::wire::access::ACCESS;
use axum::{
    body::Body,
    http::{Method, Request},
};
use rstest::rstest;

use crate::support::TestServer;

#[test]
fn every_server_function_has_its_access_class_and_every_class_its_function() {
    let registered: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| {
            assert_eq!(method, Method::POST, "{path}");
            path.to_owned()
        })
        .collect();
    let classed: BTreeSet<String> = ACCESS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(registered, classed);
    assert_eq!(classed.len(), ACCESS.len(), "no path stands there twice");
}

#[rstest]
#[tokio::test]
async fn other_methods_are_refused_everywhere(
    #[values("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")] method: &str,
) {
    let server = TestServer::start().await;
    for (path, _) in ACCESS {
        let request = Request::builder()
            .method(method)
            .uri(*path)
            .header("sec-fetch-site", "same-origin");
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert_eq!(answer.header("allow"), "POST");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[rstest]
#[tokio::test]
async fn unknown_functions_are_told_in_json(
    #[values(
        "/api",
        "/api/",
        "/api/nothing",
        "/api/session/sign_in/",
        "/api/session",
        "/api/../api/session/whoami"
    )]
    path: &str,
    #[values("GET", "POST")] method: &str,
) {
    let server = TestServer::start().await;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap();
    let answer = server.send(request).await;
    answer.expect_refused(404, "not_found");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
}
