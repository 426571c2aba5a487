//! The server's clock jumps (F17): forwards, old sessions expire; backwards, no code works twice
//! and the server goes on.

use std::time::Duration;

use domain::time::TimeStep;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Authenticator, MemberWithMfa, RouterBrowser, TestServer};

const HOUR: Duration = Duration::from_hours(1);

async fn is_in(browser: &mut RouterBrowser) -> bool {
    let viewer = browser.ask("session/whoami").await.expect_ok();
    viewer != Value::Null
}

#[tokio::test]
async fn forwards_what_is_over_ends() {
    let server = TestServer::start().await;
    let mut ada = MemberWithMfa::on(&server).await;
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
    let ada = MemberWithMfa::on(&server).await;
    let mut open = ada.sign_in(&server).await;
    let used = ada.code(&server);
    ada.sign_in_by_backup_code(&server, 0).await;
    let right = server.clock.now();

    server.clock.set(right.minus(back));
    assert!(is_in(&mut open).await, "whoever is in goes on");
    let mut browser = server.browser();
    browser.sign_in(&ada.person).await.expect_ok();
    // The current code is older than the newest used one, so it is refused, and so is the used one.
    let then = ada.code(&server);
    let refused = browser.call("session/verify_code", then).await;
    refused.expect_refused(409, "already_used");
    let refused = browser.call("session/verify_code", used).await;
    assert!([401, 409].contains(&refused.refusal().0), "{back:?}");
    let spent = json!({ "code": ada.codes[0] });
    let refused = browser.call("session/verify_backup_code", spent).await;
    refused.expect_refused(409, "backup_code_used");
    // A backup code still works.
    ada.sign_in_by_backup_code(&server, 1).await;

    server.clock.set(right);
    // With the right time, the next step's code works.
    ada.sign_in(&server).await;
}

/// Returns the code of a device whose clock is off by this many steps.
fn off(server: &TestServer, ada: &MemberWithMfa, steps: i64) -> Value {
    let step = TimeStep::at(server.clock.now()).offset(steps);
    json!({ "code": ada.authenticator.code_of_step(step.number()) })
}

/// S2: two refused codes in a row with the same offset reveal the error of the device's clock.
/// Neither code is accepted.
#[rstest]
#[case::a_minute_fast(2, 60)]
#[case::an_hour_slow(-120, -3_600)]
#[case::half_a_day_fast(1_440, 43_200)]
#[tokio::test]
async fn s2_a_device_whose_clock_is_off_hears_of_it_at_the_second_code(
    #[case] steps: i64,
    #[case] seconds: i64,
) {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    server.clock.next_step();
    let mut browser = server.browser();
    browser.sign_in(&ada.person).await.expect_ok();
    let verify = "session/verify_code";
    let code = off(&server, &ada, steps);
    let first = browser.call(verify, code.clone()).await;
    first.expect_refused(401, "wrong_code");
    // The same code again reveals nothing, because one guess must not confirm a code of the future.
    let again = browser.call(verify, code).await;
    again.expect_refused(401, "wrong_code");
    server.clock.next_step();
    let second = browser.call(verify, off(&server, &ada, steps)).await;
    let told = second.expect_refused(401, "clock_off");
    assert_eq!(told["seconds"], seconds);
    let right = browser.call(verify, ada.code(&server)).await;
    right.expect_ok();
}

/// A guesser's codes have different offsets, so they reveal nothing; nor do two with a wrong code
/// between them.
#[tokio::test]
async fn s2_codes_at_different_offsets_tell_nothing() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    server.clock.next_step();
    let mut browser = server.browser();
    browser.sign_in(&ada.person).await.expect_ok();
    let wrong = json!({ "code": ada.authenticator.wrong_code(server.clock.now().millis()) });
    for code in [
        off(&server, &ada, 120),
        off(&server, &ada, 240),
        wrong,
        off(&server, &ada, 241),
    ] {
        let answer = browser.call("session/verify_code", code).await;
        answer.expect_refused(401, "wrong_code");
    }
}

/// S2: a set-up reports the offset at the first code, because the session has just been shown the
/// key.
#[rstest]
#[case(22, 660)]
#[case(-60, -1_800)]
#[case(120, 3_600)]
#[case(1_440, 43_200)]
#[tokio::test]
async fn s2_a_set_up_tells_at_once(#[case] steps: i64, #[case] seconds: i64) {
    let server = TestServer::start().await;
    let owner = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&owner).await.expect_ok();
    let key = browser.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(key["key"].as_str().unwrap());
    let step = TimeStep::at(server.clock.now()).offset(steps);
    let code = json!({ "code": authenticator.code_of_step(step.number()) });
    let told = browser.call("mfa/confirm", code).await;
    assert_eq!(told.expect_refused(401, "clock_off")["seconds"], seconds);
}
