//! The portal at Twinlock's own host.

use rstest::rstest;

use crate::support::door::{
    APP, AppBrowser, PAGE, open, portal, request, server_with_applications,
};

#[tokio::test]
async fn a_stranger_does_not_learn_whether_an_application_exists() {
    let server = server_with_applications().await;
    let away = AppBrowser::new(&server, APP).page("/").await;
    let known = away.header("location").to_owned();
    let (before, rest) = known.split_once("app=").unwrap();
    let unknown = format!("{before}app={}{}", "0".repeat(32), &rest[32..]);
    let known = open(&mut portal(&server), &known).await;
    let unknown = open(&mut portal(&server), &unknown).await;
    assert_eq!((known.status, unknown.status), (200, 200), "{known}");
    assert_eq!(known.body, unknown.body);
    assert!(known.contains("<p>app</p>"));
    let without_id = |answer: &crate::support::HttpAnswer| {
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| name != "x-request-id");
        headers
    };
    assert_eq!(without_id(&known), without_id(&unknown));
    assert_eq!(known.header("cache-control"), "no-store");
    assert_eq!(known.header("etag"), "");
}

#[tokio::test]
async fn a_person_learns_that_an_application_is_gone() {
    let server = server_with_applications().await;
    let ada = server.add_owner().await;
    let mut panel = portal(&server);
    panel.sign_in(&ada).await.expect_ok();
    let state = "A".repeat(43);
    let url = format!("/door/open?app={}&to=%2F&state={state}", "0".repeat(32));
    let answer = open(&mut panel, &url).await;
    assert_eq!(answer.status, 404, "{answer}");
    assert!(answer.text().contains("There is no such application"));
}

#[rstest]
#[case::nothing("")]
#[case::other_host("?app=00000000000000000000000000000000&to=%2F%2Fevil.example&state=S")]
#[case::no_state("?app=00000000000000000000000000000000&to=%2F")]
#[case::no_application("?to=%2F&state=S")]
#[tokio::test]
async fn a_malformed_link_is_refused(#[case] query: &str) {
    let server = server_with_applications().await;
    let url = format!("/door/open{}", query.replace('S', &"A".repeat(43)));
    let answer = open(&mut portal(&server), &url).await;
    assert_eq!(answer.status, 400, "{answer}");
    assert_eq!(answer.header("location"), "");
    let html = answer.text();
    for part in ["<html lang=\"en\">", "<main>", "<title>", "noindex", "<h1>"] {
        assert_eq!(html.matches(part).count(), 1, "{part} in {html}");
    }
    assert!(!html.contains("<script"));
}

#[rstest]
#[case::frame(&[PAGE[0], PAGE[1], ("sec-fetch-dest", "iframe")])]
#[case::script(&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")])]
#[case::ahead(&[PAGE[0], PAGE[1], PAGE[2], ("sec-purpose", "prefetch")])]
#[tokio::test]
async fn only_a_tab_gets_a_code(#[case] headers: &[(&str, &str)]) {
    let server = server_with_applications().await;
    let ada = server.add_owner().await;
    let mut panel = portal(&server);
    panel.sign_in(&ada).await.expect_ok();
    let away = AppBrowser::new(&server, APP).page("/").await;
    let path = away
        .header("location")
        .strip_prefix("https://panel.example.com")
        .unwrap();
    let answer = panel.send(request("GET", path, headers)).await;
    assert_eq!(answer.status, 403, "{answer}");
    assert_eq!(answer.header("location"), "");
}

#[tokio::test]
async fn the_public_key_is_shown_and_nothing_else() {
    let server = server_with_applications().await;
    let answer = portal(&server).get("/.well-known/jwks.json").await;
    let keys = answer.expect_ok();
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let key = keys["keys"][0].as_object().unwrap();
    let mut names: Vec<_> = key.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
}
