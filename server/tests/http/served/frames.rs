//! The index page before the app runs: the sign-in form or the placeholder, and the id of the
//! build.

use axum::{body::Body, http::Request};
use rstest::rstest;

use crate::support::{Options, TestServer, index_page};

const FORM: &str = "<form id=\"boot-sign-in\"";
const SKELETON: &str = "class=\"card boot__card\"";

async fn server() -> TestServer {
    let options = Options {
        files: vec![("index.html", index_page().into_bytes())],
        ..Options::default()
    };
    TestServer::start_with(options, |services| services).await
}

#[rstest]
#[case("/sign-in", "", true)]
#[case("/", "", true)]
#[case("/profile?x=1", "", true)]
#[case("/verify/reset", "theme=dark", true)]
#[case("/setup", "", false)]
#[case("/invitation", "", false)]
#[case("/nothing", "", false)]
#[case("/sign-in", "twinlock-3000=x", false)]
#[case("/profile/", "a=b; twinlock-3000=", false)]
#[case::p10_of_another_server("/", "twinlock=x; twinlock-7626=x; __Host-twinlock=x", true)]
#[tokio::test]
async fn the_form_stands_where_somebody_has_to_sign_in(
    #[case] path: &str,
    #[case] cookie: &str,
    #[case] form: bool,
) {
    let answer = server().await.get(path, &[("cookie", cookie)]).await;
    let html = answer.text();
    assert_eq!(
        (html.contains(FORM), html.contains(SKELETON)),
        (form, !form)
    );
    assert_eq!(html.matches("<h1").count(), 1);
}

#[tokio::test]
async fn no_cache_takes_one_for_the_other() {
    let server = server().await;
    let stranger = server.get("/", &[]).await;
    let etag = stranger.header("etag");
    let known = server
        .get(
            "/",
            &[("cookie", "twinlock-3000=x"), ("if-none-match", etag)],
        )
        .await;
    assert_eq!(known.status, 200);
    assert_ne!(known.header("etag"), etag);
    assert_eq!(
        known.header("content-security-policy"),
        stranger.header("content-security-policy")
    );
    let request = Request::get("/").body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    let vary: Vec<_> = answer.header_values("vary").collect();
    assert_eq!(vary, ["accept-encoding", "cookie"]);
}

#[tokio::test]
async fn every_call_names_the_build_that_the_page_names() {
    let server = server().await;
    let page = server.get("/", &[]).await;
    let build = server
        .browser()
        .ask("session/whoami")
        .await
        .header("x-build")
        .to_owned();
    assert_eq!(build.len(), 16);
    assert!(page.text().contains(&format!("build = \"{build}\"")));
    assert!(!page.text().contains("__BUILD__"));
    // A refusal before the server functions names the build too.
    assert_eq!(
        server.get("/api/nothing", &[]).await.header("x-build"),
        build
    );

    let changed = Options {
        files: vec![("index.html", (index_page() + "<!-- new -->").into_bytes())],
        ..Options::default()
    };
    let other = TestServer::start_with(changed, |services| services).await;
    assert_ne!(
        other
            .browser()
            .ask("session/whoami")
            .await
            .header("x-build"),
        build
    );
}
