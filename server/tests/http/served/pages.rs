//! Static files and the index page.

use axum::{body::Body, http::Request};
use rstest::rstest;

use crate::support::{Options, TestServer};

const SCRIPT: &str = "/app-0123456789abcdef.js";

async fn server() -> TestServer {
    let index = format!(
        "<!doctype html><title>__BRAND__</title>{}",
        "<p>frame</p>".repeat(50)
    );
    let files = vec![
        ("index.html", index.into_bytes()),
        ("app-0123456789abcdef.js", b"plain".to_vec()),
        ("app-0123456789abcdef.js.br", b"brotli".to_vec()),
        ("app-0123456789abcdef.js.gz", b"gzip".to_vec()),
        ("app-0123456789abcdef_bg.wasm", b"\0asm".to_vec()),
        ("icons/mark-0123456789abcdef.svg", b"<svg/>".to_vec()),
        ("robots.txt", b"User-agent: *".to_vec()),
    ];
    TestServer::start_with(
        Options {
            files,
            ..Options::default()
        },
        |services| services,
    )
    .await
}

#[rstest]
#[case("gzip, deflate, br", "br", "brotli")]
#[case("gzip", "gzip", "gzip")]
#[case("br;q=0, gzip;q=0.5", "gzip", "gzip")]
#[case("zstd", "", "plain")]
#[case("", "", "plain")]
#[tokio::test]
async fn the_best_form_that_is_taken_is_sent(
    #[case] takes: &str,
    #[case] encoding: &str,
    #[case] body: &str,
) {
    let server = server().await;
    let answer = server.get(SCRIPT, &[("accept-encoding", takes)]).await;
    assert_eq!(
        (answer.header("content-encoding"), answer.text()),
        (encoding, body)
    );
    assert_eq!(answer.header("vary"), "accept-encoding");
    assert_eq!(
        answer.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(answer.header("content-length"), body.len().to_string());
}

#[rstest]
#[case("/app-0123456789abcdef_bg.wasm", "application/wasm", true)]
#[case(
    "/icons/mark-0123456789abcdef.svg",
    "image/svg+xml; charset=utf-8",
    true
)]
#[case("/robots.txt", "text/plain; charset=utf-8", false)]
#[tokio::test]
async fn types_and_lifetimes_follow_the_name(
    #[case] path: &str,
    #[case] content_type: &str,
    #[case] immutable: bool,
) {
    let answer = server()
        .await
        .get(path, &[("accept-encoding", "br, gzip")])
        .await;
    assert_eq!(answer.header("content-type"), content_type);
    assert_eq!(
        answer.header("cache-control").contains("immutable"),
        immutable
    );
    assert_eq!(
        answer.header("content-encoding"),
        "",
        "no compressed form was built"
    );
}

#[rstest]
#[case(SCRIPT, "br")]
#[case(SCRIPT, "")]
#[case("/", "br")]
#[case("/", "gzip")]
#[tokio::test]
async fn what_the_browser_has_already_is_not_sent_again(#[case] path: &str, #[case] takes: &str) {
    let server = server().await;
    let first = server.get(path, &[("accept-encoding", takes)]).await;
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    for known in [etag.clone(), format!("\"other\", W/{etag}"), "*".to_owned()] {
        let again = server
            .get(
                path,
                &[("accept-encoding", takes), ("if-none-match", &known)],
            )
            .await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
        for name in ["etag", "cache-control", "vary", "content-security-policy"] {
            assert_eq!(again.header(name), first.header(name), "{name}");
        }
    }
    let other = server
        .get(
            path,
            &[("accept-encoding", takes), ("if-none-match", "\"other\"")],
        )
        .await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn each_form_has_an_etag_of_its_own() {
    let server = server().await;
    let mut etags = Vec::new();
    for takes in ["br", "gzip", "identity"] {
        etags.push(
            server
                .get(SCRIPT, &[("accept-encoding", takes)])
                .await
                .header("etag")
                .to_owned(),
        );
    }
    etags.dedup();
    assert_eq!(etags.len(), 3);
}

#[rstest]
#[case("/")]
#[case("/sign-in")]
#[case("/profile/mfa/backup-codes")]
#[case("/invitation?x=1")]
#[tokio::test]
async fn every_route_is_the_index(#[case] path: &str) {
    let answer = server().await.get(path, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert!(
        answer
            .text()
            .contains("<title>Customer Control Panel</title>")
    );
}

#[rstest]
#[tokio::test]
async fn missing_files_are_missing(
    #[values(
        "/missing.js",
        "/a/missing.css",
        "/frontend_bg.wasm",
        "/.git/config",
        "/index.html",
        "/app-0123456789abcdef.js.br",
        "/..%2f..%2fetc/passwd"
    )]
    path: &str,
) {
    let answer = server().await.get(path, &[]).await;
    assert_eq!((answer.status, answer.text()), (404, "Not found"));
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let server = server().await;
    for path in ["/", SCRIPT] {
        let whole = server.get(path, &[("accept-encoding", "br")]).await;
        let request = Request::head(path)
            .header("accept-encoding", "br")
            .body(Body::empty())
            .unwrap();
        let head = server.send(request).await;
        assert!(head.body.is_empty());
        for name in [
            "content-type",
            "content-encoding",
            "content-length",
            "etag",
            "cache-control",
        ] {
            assert_eq!(head.header(name), whole.header(name), "{name}");
        }
        assert_eq!(head.header("content-length"), whole.body.len().to_string());
    }
}

#[tokio::test]
async fn a_binary_without_pages_says_so() {
    let answer = TestServer::start().await.get("/", &[]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("cargo xtask build"));
}
