//! Access by the state of the session behind the cookie.

use std::time::Duration;

use app::wire::access::ACCESS;
use domain::session::{facts::IDLE, policy::Access};
use rstest::rstest;

use crate::support::TestServer;

#[tokio::test]
async fn without_a_session_only_public_functions_answer() {
    let server = TestServer::start().await;
    for (path, class) in ACCESS {
        let answer = server
            .browser()
            .ask(path.strip_prefix("/api/").unwrap())
            .await;
        if *class == Access::Public {
            assert_ne!(
                answer.refusal(),
                (401, "not_signed_in".to_owned()),
                "{path}"
            );
        } else {
            answer.expect_refused(401, "not_signed_in");
        }
    }
}

#[rstest]
#[case("")]
#[case("short")]
#[case("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
#[case("%00")]
#[tokio::test]
async fn a_made_up_token_is_no_session(#[case] token: &str) {
    let server = TestServer::start().await;
    server.add_owner().await;
    let mut browser = server.browser();
    browser.set_cookie(server.services.settings.cookies.session(), token);
    browser
        .ask("profile/view")
        .await
        .expect_refused(401, "not_signed_in");
}

#[tokio::test]
async fn a_session_lasts_from_the_sign_in_to_its_idle_bound() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    assert_eq!(
        browser.ask("profile/view").await.expect_ok()["email"],
        ada.email
    );
    // A full session is refused, because this function accepts half signed-in sessions only.
    browser
        .ask("session/verify_code")
        .await
        .expect_refused(403, "not_allowed");

    server
        .clock
        .advance(IDLE.saturating_sub(Duration::from_secs(1)));
    browser.ask("profile/view").await.expect_ok();
    server.clock.advance(IDLE);
    browser
        .ask("profile/view")
        .await
        .expect_refused(401, "not_signed_in");
}
