//! Headers of every answer.

use axum::{body::Body, http::Request};
use rstest::rstest;

use crate::support::{HttpAnswer, Options, TestServer};

const INDEX: &str =
    "<!doctype html><script>theme()</script><script type=\"module\">\nstart()\n</script>";

async fn server(public_url: &str) -> TestServer {
    let files = vec![
        ("index.html", INDEX.as_bytes().to_vec()),
        ("app-0123456789abcdef.js", b"js".to_vec()),
        ("app-0123456789abcdef.css", b"css".to_vec()),
        ("app-0123456789abcdef_bg.wasm", b"\0asm".to_vec()),
    ];
    let options = Options {
        public_url: public_url.parse().unwrap(),
        files,
        ..Options::default()
    };
    TestServer::start_with(options, |services| services).await
}

async fn answer(server: &TestServer, method: &str, path: &str) -> HttpAnswer {
    server
        .send(
            Request::builder()
                .method(method)
                .uri(path)
                .body(Body::empty())
                .unwrap(),
        )
        .await
}

#[rstest]
#[case("GET", "/", 200, true)]
#[case("HEAD", "/profile", 200, true)]
#[case("GET", "/app-0123456789abcdef.js", 200, false)]
#[case("GET", "/app-0123456789abcdef.css", 200, false)]
#[case("GET", "/app-0123456789abcdef_bg.wasm", 200, false)]
#[case("GET", "/missing.js", 404, false)]
#[case("POST", "/", 405, false)]
#[case("TRACE", "/", 405, false)]
#[case("GET", "/livez", 200, false)]
#[case("POST", "/api/session/whoami", 403, false)]
#[case("GET", "/api/session/whoami", 405, false)]
#[case("POST", "/api/nothing", 404, false)]
#[tokio::test]
async fn stand_on_every_answer(
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] is_page: bool,
) {
    let answer = answer(&server("http://127.0.0.1:3000").await, method, path).await;
    assert_eq!(answer.status, status);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
        ("server", ""),
        ("strict-transport-security", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(
        answer
            .header("permissions-policy")
            .contains("clipboard-write=(self)")
    );
    assert!(answer.header("permissions-policy").contains("camera=()"));
    for passkeys in ["publickey-credentials-create", "publickey-credentials-get"] {
        let allowed = format!("{passkeys}=(self)");
        assert!(answer.header("permissions-policy").contains(&allowed));
    }
    assert_eq!(answer.header("x-request-id").len(), 16);
    assert!(!answer.header("cache-control").is_empty());
    assert!(
        path.starts_with("/api") <= (answer.header("cache-control") == "no-store"),
        "nothing of /api is kept"
    );
    let policy = answer.header("content-security-policy");
    if !is_page {
        let nothing =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return assert_eq!(policy, nothing);
    }
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'sha256-"),
        "{policy}"
    );
    for part in [
        "'wasm-unsafe-eval'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "style-src 'self';",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(
        !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
}

#[tokio::test]
async fn https_is_made_to_stay() {
    let answer = answer(&server("https://panel.example.com").await, "GET", "/").await;
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=63072000",
        "the own host only"
    );
}

#[tokio::test]
async fn a_request_id_is_ours_and_new_each_time() {
    let server = server("http://127.0.0.1:3000").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = Request::get("/livez")
            .header("x-request-id", "forged")
            .body(Body::empty())
            .unwrap();
        ids.push(server.send(request).await.header("x-request-id").to_owned());
    }
    assert!(
        ids[0] != ids[1] && !ids.contains(&"forged".to_owned()),
        "{ids:?}"
    );
}
