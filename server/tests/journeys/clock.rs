//! The server's clock jumps (security.md §5, F17): forwards, what is over ends; backwards, nothing happens twice and the server goes on.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Browser, Enrolled, TestServer};

const HOUR: Duration = Duration::from_hours(1);

async fn is_in(browser: &mut Browser) -> bool {
    let viewer = browser.ask("session/whoami").await.expect_ok();
    viewer != Value::Null
}

#[tokio::test]
async fn forwards_what_is_over_ends() {
    let server = TestServer::start().await;
    let mut ada = Enrolled::on(&server).await;
    let delete = json!({ "action": "delete" });
    let mut granted = ada.sign_in(&server).await;
    ada.step_up(&server, &mut granted, delete).await;
    server.clock.advance(Duration::from_mins(6));
    granted
        .ask("mfa/delete")
        .await
        .expect_refused(403, "verification_required");
    server.clock.advance(HOUR);
    assert!(!is_in(&mut granted).await && !is_in(&mut ada.browser).await);
    let mut again = ada.sign_in(&server).await;
    assert!(is_in(&mut again).await);
}

#[rstest]
#[case::a_step(Duration::from_secs(30))]
#[case::minutes(Duration::from_mins(10))]
#[case::an_hour(HOUR)]
#[tokio::test]
async fn backwards_no_code_works_again(#[case] back: Duration) {
    let server = TestServer::start().await;
    let ada = Enrolled::on(&server).await;
    let mut open = ada.sign_in(&server).await;
    let used = ada.code(&server);
    ada.sign_in_by_backup_code(&server, 0).await;
    let right = server.clock.now();

    server.clock.set(right.minus(back));
    assert!(is_in(&mut open).await, "whoever is in goes on");
    let mut browser = server.browser();
    browser.sign_in(&ada.person).await.expect_ok();
    // Neither the code of then, which is older than the newest one used, nor that one itself.
    let then = ada.code(&server);
    let refused = browser.call("session/verify_code", then).await;
    refused.expect_refused(409, "already_used");
    let refused = browser.call("session/verify_code", used).await;
    assert!([401, 409].contains(&refused.refusal().0), "{back:?}");
    let spent = json!({ "code": ada.codes[0] });
    let refused = browser.call("session/verify_backup_code", spent).await;
    refused.expect_refused(409, "backup_code_used");
    // Another way in is there all the while.
    ada.sign_in_by_backup_code(&server, 1).await;

    server.clock.set(right);
    // In the next step.
    ada.sign_in(&server).await;
}
