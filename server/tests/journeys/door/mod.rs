//! The way into an application and out of it.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use domain::people::roles::Role;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::support::{
    RouterBrowser, TestServer, ada,
    door::{APP, AppBrowser, NONCE, SESSION, WIKI, open, portal, server_with_applications},
    max,
};

async fn signed_in(server: &TestServer) -> RouterBrowser {
    let ada = server.add_owner().await;
    let mut panel = portal(server);
    panel.sign_in(&ada).await.expect_ok();
    panel
}

#[tokio::test]
async fn a_person_goes_the_whole_way_round() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let mut app = AppBrowser::new(&server, APP);
    assert_eq!(app.script().await, 401);
    let arrived = app.enter(&mut panel, "/notes?a=b&c=%2F").await;
    assert_eq!(arrived.status, 302, "{arrived}");
    assert_eq!(arrived.header("location"), format!("{APP}/notes?a=b&c=%2F"));
    let cookies = arrived.cookies();
    let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";
    assert!(cookies[0].starts_with(SESSION) && cookies[0].ends_with(attributes));
    assert!(cookies[1].starts_with(NONCE) && cookies[1].ends_with("; Max-Age=0"));
    assert_eq!(app.page("/notes").await.status, 200);
    assert_eq!(app.send("POST", "/notes", &[]).await.status, 200);
    panel.ask("session/sign_out").await.expect_ok();
    assert_eq!(app.script().await, 401);
    assert_eq!(app.page("/notes").await.status, 302);
}

#[tokio::test]
async fn home_lists_the_applications_of_a_complete_session() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let viewer = panel.ask("session/whoami").await.expect_ok();
    let expected = json!([
        { "name": "Notes", "origin": APP },
        { "name": "Wiki", "origin": WIKI },
    ]);
    assert_eq!(viewer["applications"], expected);
    server.require_mfa("Example Ltd").await;
    let viewer = panel.ask("session/whoami").await.expect_ok();
    assert_eq!(viewer["applications"], json!([]));
    let mut app = AppBrowser::new(&server, APP);
    let away = app.page("/").await;
    let page = open(&mut panel, away.header("location")).await;
    assert_eq!(page.status, 200, "the app leads to the set-up");
}

#[tokio::test]
async fn a_code_opens_once_in_its_browser_at_its_application() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let mut app = AppBrowser::new(&server, APP);
    let code = app.code(&mut panel, "/a").await;
    let path = code.strip_prefix(APP).unwrap();
    // Another browser, and one on its own way.
    let mut other = AppBrowser::new(&server, APP);
    assert_eq!(other.page(path).await.status, 400);
    other.page("/").await;
    assert_eq!(other.page(path).await.status, 400);
    // Another application, with the same nonce.
    let mut wiki = AppBrowser::new(&server, WIKI);
    let nonce = app.browser.cookie(NONCE).unwrap().to_owned();
    wiki.browser.set_cookie(NONCE, &nonce);
    assert_eq!(wiki.page(path).await.status, 400);
    let mut replay = app.clone();
    assert_eq!(app.page(path).await.header("location"), format!("{APP}/a"));
    assert_eq!(replay.page(path).await.status, 400);
    assert_eq!(replay.script().await, 401);
    // The session of one application opens no other.
    let token = app.browser.cookie(SESSION).unwrap().to_owned();
    wiki.browser.set_cookie(SESSION, &token);
    assert_eq!(wiki.script().await, 401);
    assert_eq!(app.script().await, 200);
}

#[tokio::test]
async fn a_code_is_too_old_after_a_minute() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let mut app = AppBrowser::new(&server, APP);
    let code = app.code(&mut panel, "/a").await;
    server.clock.advance(Duration::from_mins(1));
    assert_eq!(app.page(&code).await.status, 400);
    assert_eq!(app.script().await, 401);
}

#[tokio::test]
async fn two_tabs_arrive() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let mut app = AppBrowser::new(&server, APP);
    let first = app.code(&mut panel, "/first").await;
    let nonce = app.browser.cookie(NONCE).unwrap().to_owned();
    let second = app.code(&mut panel, "/second").await;
    assert_eq!(app.browser.cookie(NONCE), Some(nonce.as_str()));
    let mut other_tab = app.clone();
    assert_eq!(
        app.page(&first).await.header("location"),
        format!("{APP}/first")
    );
    // One after the other, and both at once.
    let late = app.clone().page(&second).await;
    assert_eq!(
        (late.status, late.header("location")),
        (302, "https://app.example.com/")
    );
    let at_once = other_tab.page(&second).await;
    assert_eq!(at_once.header("location"), format!("{APP}/second"));
    assert_eq!(other_tab.script().await, 200);
    assert_eq!(app.script().await, 200);
}

#[tokio::test]
async fn another_account_goes_through_the_portal_again() {
    let server = server_with_applications().await;
    server.add_owner().await;
    server.add_account("Second Ltd").await;
    server.join(&ada(), "Second Ltd", Role::Member).await;
    let mut panel = portal(&server);
    panel.sign_in(&ada()).await.expect_ok();
    let choose = async |panel: &mut RouterBrowser, name: &str| {
        let account = server.account(name).await;
        let choice = json!({ "account": account });
        panel
            .call("session/choose_account", choice)
            .await
            .expect_ok();
    };
    let mut app = AppBrowser::new(&server, APP);
    let away = app.page("/").await;
    let page = open(&mut panel, away.header("location")).await;
    assert_eq!(page.status, 200, "the choice is still to be made");
    choose(&mut panel, "Example Ltd").await;
    app.enter(&mut panel, "/").await;
    let first = app.page("/").await;
    assert_eq!(first.header("remote-groups"), "Example Ltd:owner");
    choose(&mut panel, "Second Ltd").await;
    assert_eq!(app.script().await, 401);
    app.enter(&mut panel, "/").await;
    let second = app.page("/").await;
    assert_eq!(second.header("remote-groups"), "Second Ltd:member");
}

#[tokio::test]
async fn each_end_of_a_session_ends_it_in_the_application() {
    let server = server_with_applications().await;
    server.add_owner().await;
    server.add_user(&max(), Role::Member).await;
    let mut panel = portal(&server);
    panel.sign_in(&max()).await.expect_ok();
    let mut app = AppBrowser::new(&server, APP);
    app.enter(&mut panel, "/").await;
    server.require_mfa("Example Ltd").await;
    assert_eq!(app.script().await, 401, "the set-up is required");
    server.lift_rule("Example Ltd").await;
    assert_eq!(app.script().await, 200);
    server
        .tamper("UPDATE users SET disabled = 1 WHERE email = 'max@example.com'")
        .await;
    assert_eq!(app.script().await, 401);
}

#[tokio::test]
async fn polling_is_no_activity() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let (mut app, mut idle) = (
        AppBrowser::new(&server, APP),
        AppBrowser::new(&server, WIKI),
    );
    app.enter(&mut panel, "/").await;
    idle.enter(&mut panel, "/").await;
    let step = Duration::from_mins(10);
    for _ in 0..12 {
        server.clock.advance(step);
        assert_eq!(
            app.page("/").await.status,
            200,
            "pages keep the session open"
        );
    }
    let mut polled = 0;
    while idle.script().await == 200 {
        server.clock.advance(step);
        polled += 1;
        assert!(polled < 200, "polling keeps the session open");
    }
}

#[tokio::test]
async fn an_application_can_check_an_assertion() {
    let server = server_with_applications().await;
    let mut panel = signed_in(&server).await;
    let mut app = AppBrowser::new(&server, APP);
    app.enter(&mut panel, "/").await;
    let first = app.page("/").await.header("twinlock-assertion").to_owned();
    server.clock.advance(Duration::from_secs(20));
    assert_ne!(app.page("/").await.header("twinlock-assertion"), first);
    let keys = panel.get("/.well-known/jwks.json").await.expect_ok();
    let key = &keys["keys"][0];
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let number = |name: &str| bytes(key[name].as_str().unwrap());
    let point = [vec![4], number("x"), number("y")].concat();
    let (signed, signature) = first.rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &bytes(signature))
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&bytes(header)).unwrap();
    assert_eq!(
        (&header["alg"], &header["kid"]),
        (&json!("ES256"), &key["kid"])
    );
    let claims: Value = serde_json::from_slice(&bytes(claims)).unwrap();
    assert_eq!(claims["aud"], APP);
    assert_eq!(claims["iss"], "https://panel.example.com");
    assert_eq!(claims["exp"], claims["iat"].as_i64().unwrap() + 60);
}
