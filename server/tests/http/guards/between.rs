//! A proxy between browser and server may change a request: its host, its codings, the address that
//! it claims to come from.

use axum::{body::Body, http::Request};
use rstest::rstest;
use server::config::Hosts;

use crate::support::{HttpAnswer, Options, TestServer};

const INDEX: &str = "<!doctype html><p>page</p>";

/// Starts a server with pages that answers only as `https://panel.example.com`.
async fn server() -> TestServer {
    let public_url = "https://panel.example.com".parse().unwrap();
    let options = Options {
        hosts: Hosts::of(&public_url, Vec::new()),
        public_url,
        files: vec![("index.html", INDEX.into())],
        ..Options::default()
    };
    TestServer::start_with(options, |services| services).await
}

async fn post(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> HttpAnswer {
    let request = headers
        .iter()
        .fold(Request::post(path), |request, (name, value)| {
            request.header(*name, *value)
        });
    server.send(request.body(Body::from("{}")).unwrap()).await
}

#[tokio::test]
async fn s30_a_call_for_another_host_is_refused_whatever_it_says_of_itself() {
    let server = server().await;
    let headers = [
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("content-type", "application/json"),
    ];
    for more in [
        ("x", ""),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-host", "panel.example.com"),
    ] {
        let answer = post(
            &server,
            "/api/session/sign_in",
            &[&headers[..], &[more]].concat(),
        )
        .await;
        answer.expect_refused(421, "foreign_request");
        assert!(!answer.text().contains("evil"));
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
}

#[tokio::test]
async fn s30_p4_a_page_for_another_host_names_the_public_url_and_nothing_else() {
    let server = server().await;
    for path in ["/", "/invitation", "/nothing", "//evil.example/x"] {
        let answer = server.get(path, &[("host", "panel.lan")]).await;
        let html = answer.text();
        assert_eq!(answer.status, 421, "{path}");
        assert!(
            html.contains("<a href=\"https://panel.example.com/\">https://panel.example.com</a>")
        );
        for other in ["panel.lan", "evil", "TWINLOCK", "<p>page</p>"] {
            assert!(!html.contains(other), "{other} in {html}");
        }
        assert_eq!(answer.header("location"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(!policy.contains("script-src"), "{policy}");
    }
    let own = server.get("/", &[("host", "PANEL.example.com:443")]).await;
    assert_eq!((own.status, own.text()), (200, INDEX));
}

#[rstest]
#[case("/", "a, b")]
#[case("/api/session/whoami", "")]
#[case("/livez", "u@a")]
#[tokio::test]
async fn s30_a_host_that_is_none_is_refused(#[case] path: &str, #[case] host: &str) {
    let answer = TestServer::start().await.get(path, &[("host", host)]).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn s30_balancers_ask_by_address() {
    let answer = server()
        .await
        .get("/livez", &[("host", "10.0.0.7:3000")])
        .await;
    assert_eq!((answer.status, answer.text()), (200, "ok"));
}

#[rstest]
#[case("/api/session/whoami", "transfer-encoding", "gzip, chunked", 501)]
#[case("/sign-in", "transfer-encoding", "gzip, chunked", 501)]
#[case("/api/session/whoami", "content-encoding", "gzip", 415)]
#[case("/api/session/whoami", "content-encoding", "identity", 200)]
#[tokio::test]
async fn s31_codings_that_are_not_undone_are_refused(
    #[case] path: &str,
    #[case] name: &str,
    #[case] coding: &str,
    #[case] status: u16,
) {
    let own = [
        ("host", "panel.example.com"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
    ];
    let answer = post(
        &server().await,
        path,
        &[&own[..], &[(name, coding)]].concat(),
    )
    .await;
    assert_eq!(answer.status, status);
}

#[rstest]
#[case("/nosuch", 404)]
#[case("/accounts/nosuch", 404)]
#[case("/verify/nosuch", 404)]
#[case("//", 404)]
#[case("/Profile", 404)]
#[case("/profile/", 200)]
#[case("/profile?x=1", 200)]
#[case("/accounts/00000000000000000000000000000000", 200)]
#[tokio::test]
async fn s31_an_address_without_a_page_says_so(#[case] path: &str, #[case] status: u16) {
    let server = server().await;
    let own = ("host", "panel.example.com");
    for method in ["GET", "HEAD"] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(own.0, own.1);
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    }
    let again = server.get(path, &[own, ("if-none-match", "*")]).await;
    assert_eq!(again.status, if status == 200 { 304 } else { status });
}

#[rstest]
#[case("/sw.js", None)]
#[case("/service-worker.js", None)]
#[case("/ngsw-worker.js", None)]
#[case("/assets/serviceworker.js", None)]
#[case("/its-own-name.js", Some("script"))]
#[case("/worker", Some("script"))]
#[tokio::test]
async fn p20_workers_of_earlier_programs_get_one_that_removes_itself(
    #[case] path: &str,
    #[case] header: Option<&str>,
) {
    let header = header.map(|value| ("service-worker", value));
    let headers: Vec<_> = [("host", "panel.example.com")]
        .into_iter()
        .chain(header)
        .collect();
    let answer = server().await.get(path, &headers).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("service-worker-allowed"), "/");
    for needed in [
        "skipWaiting()",
        "caches.delete",
        "registration.unregister()",
    ] {
        assert!(answer.text().contains(needed), "{needed}");
    }
}

/// The index page's policy allows no worker, because the product has none.
#[tokio::test]
async fn p20_the_pages_may_start_no_worker() {
    let answer = server()
        .await
        .get("/", &[("host", "panel.example.com")])
        .await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("; worker-src 'none';"), "{policy}");
}

#[tokio::test]
async fn p10_several_cookies_of_our_name_hide_no_session() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    let name = server.services.settings.cookies.session();
    assert_eq!(name, "twinlock-3000");
    let token = browser.cookie(name).unwrap();
    let junk = "A".repeat(43);
    let cookies =
        format!("caf\u{e9}=\u{fc}; {name}=; {name}={junk}; {name}={token}; {name}={junk}");
    let answer = server
        .browser()
        .with_header("cookie", &cookies)
        .ask("session/whoami")
        .await;
    assert_eq!(answer.expect_ok()["email"], ada.email);
}
