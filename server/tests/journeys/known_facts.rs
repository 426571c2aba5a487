//! What the server knows about a user, and who gets to see it (RC1 and RC10).

use domain::people::roles::Role;
use serde_json::json;
use server::config::Branding;

use crate::support::{MemberWithMfa, Options, TestServer, ada, max};

/// RC1: an invitation's password is checked against all that is known about the user.
#[tokio::test]
async fn rc1_an_invitation_knows_the_name() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let token = server.invite(&ada).await;
    let mut browser = server.browser();
    for personal in [
        "Ada Owner Ada Owner!",
        "ada@example.com 2026",
        "Customer Control Panel",
    ] {
        let request = json!({ "token": token, "password": personal });
        let refused = browser.call("session/accept_invitation", request).await;
        let refused = refused.expect_refused(422, "weak_password");
        assert_eq!(refused["why"], "personal", "{personal}");
    }
    let request = json!({ "token": token, "password": "eleven grey herons wading" });
    browser
        .call("session/accept_invitation", request)
        .await
        .expect_ok();
}

/// RC10: before the second factor, a session is told only what was typed.
#[tokio::test]
async fn rc10_a_half_session_learns_no_name() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut half = server.browser();
    let viewer = half.sign_in(&ada.person).await.expect_ok();
    let known = half.ask("session/whoami").await.expect_ok();
    for told in [&viewer, &known] {
        assert_eq!(told["name"], ada.person.email);
        let text = told.to_string();
        for secret in [ada.person.name, ada.person.account] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert_eq!(half.ask("session/helpers").await.expect_ok(), json!([]));
    server.clock.next_step();
    let complete = half.call("session/verify_code", ada.code(&server)).await;
    assert_eq!(complete.expect_ok()["viewer"]["name"], ada.person.name);
}

/// RC10: the operator may allow the names of Owners who can help (`TWINLOCK_SHOW_HELPERS`).
#[tokio::test]
async fn rc10_helpers_are_named_if_the_operator_allows_it() {
    let server = server_with_helpers().await;
    server.add_owner().await;
    server.add_user(&max(), Role::Member).await;
    let max = MemberWithMfa::of(&server, max()).await;
    let mut half = server.browser();
    half.sign_in(&max.person).await.expect_ok();
    let named = half.ask("session/helpers").await.expect_ok();
    assert_eq!(named, json!([ada().name]));
}

/// Starts a server that shows the names of helpers.
pub async fn server_with_helpers() -> TestServer {
    let defaults = Options::default();
    let options = Options {
        branding: Branding {
            show_helpers: true,
            ..defaults.branding
        },
        ..defaults
    };
    TestServer::start_with(options, |services| services).await
}
