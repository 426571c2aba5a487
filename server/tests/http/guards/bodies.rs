//! Limits of a request's body, and the content types of answers.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::Request,
};
use rstest::rstest;

use crate::support::{HttpAnswer, TestServer};

const SIGN_IN: &str = "/api/session/sign_in";

async fn post(server: &TestServer, headers: &[(&str, &str)], body: Body) -> HttpAnswer {
    let request = Request::post(SIGN_IN).header("sec-fetch-site", "same-origin");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    server.send(request.body(body).unwrap()).await
}

#[rstest]
#[case(Some("text/plain"))]
#[case(Some("application/x-www-form-urlencoded"))]
#[case(Some("multipart/form-data; boundary=x"))]
#[case(Some("application/jsonp"))]
#[case(None)]
#[tokio::test]
async fn only_json_is_read(#[case] content_type: Option<&str>) {
    let server = TestServer::start().await;
    let headers: Vec<(&str, &str)> = content_type
        .map(|value| ("content-type", value))
        .into_iter()
        .collect();
    let answer = post(
        &server,
        &headers,
        Body::from(r#"{"request":{"email":"a@example.com","password":"x"}}"#),
    )
    .await;
    answer.expect_refused(415, "malformed");
}

#[tokio::test]
async fn its_parameters_do_not_matter() {
    let server = TestServer::start().await;
    let body = Body::from(r#"{"request":{"email":"a@example.com","password":"x"}}"#);
    let answer = post(
        &server,
        &[("content-type", "Application/JSON; charset=utf-8")],
        body,
    )
    .await;
    answer.expect_refused(401, "wrong_credentials");
}

#[rstest]
#[case::nothing("")]
#[case::broken("{")]
#[case::bare("null")]
#[case::missing(r#"{"request":{"email":"a@example.com"}}"#)]
#[case::wrong_type(r#"{"request":{"email":"a@example.com","password":["hunter2"]}}"#)]
#[case::a_list_of_arguments(r#"[{"email":"a@example.com","password":"x"}]"#)]
#[case::a_list_of_fields(r#"{"request":["a@example.com","x"]}"#)]
#[case::a_field_twice(
    r#"{"request":{"email":"a@example.com","password":"x","note":"","note":""}}"#
)]
#[case::not_utf8_escape(r#"{"request":{"email":"\ud800","password":"x"}}"#)]
#[tokio::test]
async fn malformed_json_is_refused_without_an_echo(#[case] body: &'static str) {
    let server = TestServer::start().await;
    let answer = post(
        &server,
        &[("content-type", "application/json")],
        Body::from(body),
    )
    .await;
    answer.expect_refused(422, "malformed");
    assert_eq!(answer.text(), r#"{"kind":"malformed"}"#);
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn html_is_not_to_be_had() {
    let server = TestServer::start().await;
    for accept in [
        "text/html",
        "application/json, text/html;q=0.1",
        "TEXT/HTML",
    ] {
        let headers = [
            ("content-type", "application/json"),
            ("accept", accept),
            ("referer", "http://127.0.0.1:3000/sign-in"),
        ];
        let answer = post(&server, &headers, Body::from("{}")).await;
        answer.expect_refused(406, "malformed");
        assert_eq!(answer.header("location"), "");
    }
}

#[tokio::test]
async fn a_large_body_is_refused_announced_or_not() {
    let server = TestServer::start().await;
    let json = [("content-type", "application/json")];
    post(&server, &json, Body::from(vec![b' '; 16 * 1024 + 1]))
        .await
        .expect_refused(413, "malformed");
    post(&server, &json, Body::new(Drip::of(20).0))
        .await
        .expect_refused(413, "malformed");
    // A body of the maximum size is read, and only then found not to be JSON.
    post(&server, &json, Body::from(vec![b' '; 16 * 1024]))
        .await
        .expect_refused(422, "malformed");
}

/// S1: if the connection ended while a proxy still sends, the proxy would answer 502. Therefore the
/// server reads on, up to a limit.
#[rstest]
#[case::all_of_it(40, 0)]
#[case::up_to_a_bound(1000, 935)]
#[tokio::test]
async fn s1_a_large_body_is_read_before_it_is_refused(
    #[case] kilobytes: usize,
    #[case] unread: usize,
) {
    let server = TestServer::start().await;
    let json = [("content-type", "application/json")];
    let (drip, left) = Drip::of(kilobytes);
    let answer = post(&server, &json, Body::new(drip)).await;
    answer.expect_refused(413, "malformed");
    assert_eq!(left.load(Ordering::Relaxed), unread);
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let server = TestServer::start().await;
    tokio::time::pause();
    post(
        &server,
        &[("content-type", "application/json")],
        Body::new(Stuck),
    )
    .await
    .expect_refused(408, "unavailable");
}

/// A body of 1 KiB chunks without an announced length.
struct Drip {
    chunks: Arc<AtomicUsize>,
}

impl Drip {
    /// Makes a body of `chunks` chunks; also returns the counter of unread chunks.
    fn of(chunks: usize) -> (Self, Arc<AtomicUsize>) {
        let chunks = Arc::new(AtomicUsize::new(chunks));
        let drip = Self {
            chunks: Arc::clone(&chunks),
        };
        (drip, chunks)
    }
}

impl HttpBody for Drip {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        let left = self.chunks.load(Ordering::Relaxed);
        if left == 0 {
            return Poll::Ready(None);
        }
        self.chunks.store(left - 1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(hyper::body::Frame::data(Bytes::from_static(
            &[b' '; 1024],
        )))))
    }
}

/// A body that never gets more data.
struct Stuck;

impl HttpBody for Stuck {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}
