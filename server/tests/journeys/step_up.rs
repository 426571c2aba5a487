//! Identity verification within a session (family SU of the attack list, and E2).

use std::time::Duration;

use domain::people::roles::Role;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Authenticator, MemberWithMfa, TestServer, code_list, finish};

/// E2: each of these actions requires a grant.
#[tokio::test]
async fn without_a_grant_each_action_is_refused() {
    let server = TestServer::start().await;
    let mut ada = MemberWithMfa::on(&server).await;
    let account = json!({ "account": server.account("Example Ltd").await });
    for function in ["mfa/set_up", "mfa/delete", "mfa/generate"] {
        let answer = ada.browser.ask(function).await;
        answer.expect_refused(403, "verification_required");
    }
    let lifted = ada.browser.call("accounts/lift_rule", account).await;
    lifted.expect_refused(403, "verification_required");
}

/// T5: the code of the sign-in is refused for anything else, and the answer says how long to wait.
#[tokio::test]
async fn the_code_of_the_sign_in_is_used() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let intent = json!({ "action": "delete" });
    browser
        .call("step_up/ask", intent.clone())
        .await
        .expect_ok();
    let answer = ada.verify(&server, &mut browser, &intent).await;
    let refusal = answer.expect_refused(409, "already_used");
    assert_eq!(refusal["seconds"], 15, "the next step begins then");
    browser
        .ask("mfa/delete")
        .await
        .expect_refused(403, "verification_required");

    server.clock.next_step();
    let before = browser.cookie("twinlock-3000").unwrap().to_owned();
    ada.verify(&server, &mut browser, &intent).await.expect_ok();
    assert_ne!(
        browser.cookie("twinlock-3000").unwrap(),
        before,
        "a new token"
    );
    browser.ask("mfa/delete").await.expect_ok();
}

#[tokio::test]
async fn a_grant_is_good_for_one_action_of_its_kind() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let generate = json!({ "action": "generate" });
    ada.step_up(&server, &mut browser, generate).await;
    browser
        .ask("mfa/delete")
        .await
        .expect_refused(403, "verification_required");
    browser.ask("mfa/generate").await.expect_ok();
    browser
        .ask("mfa/generate")
        .await
        .expect_refused(403, "verification_required");
}

#[tokio::test]
async fn a_grant_lapses_and_belongs_to_its_session() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let mut other = ada.sign_in(&server).await;
    let delete = json!({ "action": "delete" });
    ada.step_up(&server, &mut browser, delete.clone()).await;
    other
        .ask("mfa/delete")
        .await
        .expect_refused(403, "verification_required");
    server.clock.advance(Duration::from_mins(5));
    browser
        .ask("mfa/delete")
        .await
        .expect_refused(403, "verification_required");

    // The question expires too: a later code is for nothing, and stays unused.
    browser
        .call("step_up/ask", delete.clone())
        .await
        .expect_ok();
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(browser.ask("step_up/asked").await.expect_ok(), Value::Null);
    let late = ada.verify(&server, &mut browser, &delete).await;
    late.expect_refused(409, "nothing_pending");
}

/// If another tab asked for something else meanwhile, the code is not spent on what this page does
/// not show.
#[tokio::test]
async fn a_code_is_for_what_the_page_shows() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let (delete, generate) = (
        json!({ "action": "delete" }),
        json!({ "action": "generate" }),
    );
    browser
        .call("step_up/ask", delete.clone())
        .await
        .expect_ok();
    browser
        .call("step_up/ask", generate.clone())
        .await
        .expect_ok();
    server.clock.next_step();
    let answer = ada.verify(&server, &mut browser, &delete).await;
    answer.expect_refused(409, "nothing_pending");
    ada.verify(&server, &mut browser, &generate)
        .await
        .expect_ok();
}

/// The action has another target in the other tab: the code is not spent on a target that this page
/// does not show.
#[tokio::test]
async fn a_code_is_for_the_target_that_the_page_shows() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    server.add_account("Other Ltd").await;
    server.join(&ada.person, "Other Ltd", Role::Owner).await;
    let mut browser = ada.browser.clone();
    let off = |account| json!({ "action": "rule-off", "account": account });
    let (seen, other) = (
        off(server.account("Example Ltd").await),
        off(server.account("Other Ltd").await),
    );
    let here = json!({ "account": seen["account"] });
    browser
        .call("session/choose_account", here)
        .await
        .expect_ok();
    browser.call("step_up/ask", seen.clone()).await.expect_ok();
    browser.call("step_up/ask", other).await.expect_ok();
    server.clock.next_step();
    let answer = ada.verify(&server, &mut browser, &seen).await;
    answer.expect_refused(409, "nothing_pending");
}

/// A grant whose action failed is kept when the session asks for the same action again.
#[tokio::test]
async fn asking_again_keeps_the_grant() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in_by_backup_code(&server, 0).await;
    let generate = json!({ "action": "generate" });
    for _ in 0..2 {
        let asked = browser.call("step_up/ask", generate.clone()).await;
        assert_eq!(asked.expect_ok(), "granted");
    }
    assert_eq!(browser.ask("step_up/asked").await.expect_ok(), Value::Null);
    browser.ask("mfa/generate").await.expect_ok();
}

/// A locked application can be reset by a backup code, and the code of the new one is then checked.
#[tokio::test]
async fn a_backup_code_unlocks_in_a_step_up_too() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    for _ in 0..10 {
        server.clock.advance(Duration::from_mins(4));
        let wrong = ada.authenticator.wrong_code(server.clock.now().millis());
        let answer = browser.call("mfa/test", json!({ "code": wrong })).await;
        answer.expect_refused(401, "wrong_code");
    }
    server.clock.advance(Duration::from_mins(4));
    let locked = browser.call("mfa/test", ada.code(&server)).await;
    locked.expect_refused(429, "session_locked");
    let reset = json!({ "action": "reset" });
    browser.call("step_up/ask", reset).await.expect_ok();
    let code = json!({ "action": "reset", "code": ada.codes[0] });
    browser
        .call("step_up/verify_backup_code", code)
        .await
        .expect_ok();
    let pending = browser.ask("mfa/set_up").await.expect_ok();
    let new = Authenticator::new(pending["key"].as_str().unwrap());
    let code = json!({ "code": new.code(server.clock.now().millis()) });
    browser.call("mfa/confirm", code).await.expect_ok();
}

/// B8 and Vaultwarden CVE-2026-27801: all functions in the session share one budget; the sign-in
/// has another (RA4).
#[tokio::test]
async fn wrong_codes_share_the_budget_of_the_session() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    let intent = json!({ "action": "delete" });
    browser
        .call("step_up/ask", intent.clone())
        .await
        .expect_ok();
    let wrong = ada.authenticator.wrong_code(server.clock.now().millis());
    for _ in 0..3 {
        let request = json!({ "action": "delete", "code": wrong });
        let answer = browser.call("step_up/verify_code", request).await;
        answer.expect_refused(401, "wrong_code");
    }
    for function in ["mfa/test", "step_up/verify_backup_code"] {
        let code = if function == "mfa/test" {
            &wrong
        } else {
            "AAAA-AAAA-AAAA-AAAA"
        };
        let request = json!({ "action": "delete", "code": code });
        let answer = browser.call(function, request).await;
        answer.expect_refused(401, "wrong_code");
    }
    server.clock.next_step();
    let paused = ada.verify(&server, &mut browser, &intent).await;
    assert!(paused.expect_refused(429, "paused")["seconds"].as_u64() > Some(800));
    let mut elsewhere = server.browser();
    elsewhere.sign_in(&ada.person).await.expect_ok();
    elsewhere
        .call("session/verify_code", ada.code(&server))
        .await
        .expect_ok();
}

/// Right codes do not use up the budget.
#[tokio::test]
async fn right_codes_are_given_back() {
    let server = TestServer::start().await;
    let mut ada = MemberWithMfa::on(&server).await;
    for _ in 0..7 {
        server.clock.next_step();
        let code = ada.code(&server);
        ada.browser.call("mfa/test", code.clone()).await.expect_ok();
    }
    let again = ada.code(&server);
    let answer = ada.browser.call("mfa/test", again).await;
    answer.expect_refused(409, "already_used");
}

/// Journey 6: a sign-in by backup code carries one grant, ten minutes, for Generate or Reset.
#[rstest]
#[case::generate("generate", "mfa/generate")]
#[case::reset("reset", "mfa/set_up")]
#[tokio::test]
async fn a_sign_in_by_backup_code_is_not_stuck(#[case] action: &str, #[case] function: &str) {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in_by_backup_code(&server, 0).await;
    let intent = json!({ "action": action });
    let delete = json!({ "action": "delete" });
    assert_eq!(
        browser.call("step_up/ask", delete).await.expect_ok(),
        "verify",
        "it stands for nothing that lowers the protection"
    );
    assert_eq!(
        browser
            .call("step_up/ask", intent.clone())
            .await
            .expect_ok(),
        "granted"
    );
    browser.ask(function).await.expect_ok();
    assert_eq!(
        browser
            .call("step_up/ask", intent.clone())
            .await
            .expect_ok(),
        "verify",
        "once"
    );

    let mut late = ada.sign_in_by_backup_code(&server, 1).await;
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(late.call("step_up/ask", intent).await.expect_ok(), "verify");
}

/// Journey 9: a user without the device can always verify by a backup code instead.
#[tokio::test]
async fn a_backup_code_verifies_each_action() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    for (index, action) in ["generate", "delete"].into_iter().enumerate() {
        browser
            .call("step_up/ask", json!({ "action": action }))
            .await
            .expect_ok();
        let request = json!({ "action": action, "code": ada.codes[index] });
        let answer = browser.call("step_up/verify_backup_code", request.clone());
        answer.await.expect_ok();
        browser.ask("step_up/cancel").await.expect_ok();
        browser
            .call("step_up/ask", json!({ "action": action }))
            .await
            .expect_ok();
        let again = browser.call("step_up/verify_backup_code", request).await;
        again.expect_refused(409, "backup_code_used");
    }
}

/// B4: the old codes work until `Finish`, and none of them afterwards.
#[tokio::test]
async fn new_codes_replace_the_old_ones_at_finish() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    ada.step_up(&server, &mut browser, json!({ "action": "generate" }))
        .await;
    let first = browser.ask("mfa/generate").await.expect_ok();
    let second = browser.ask("mfa/backup_codes").await.expect_ok();
    assert_ne!(first["codes"], second["codes"], "a reload shows fresh ones");
    ada.sign_in_by_backup_code(&server, 0).await;
    finish(&mut browser, &first)
        .await
        .expect_refused(409, "nothing_pending");
    finish(&mut browser, &second).await.expect_ok();

    for code in ada.codes.iter().chain(&code_list(&first)) {
        server.clock.advance(Duration::from_mins(16));
        let mut late = server.browser();
        late.sign_in(&ada.person).await.expect_ok();
        let answer = late.call("session/verify_backup_code", json!({ "code": code }));
        answer.await.expect_refused(401, "wrong_code");
        // Ten refused codes in a row would lock the user out; a complete sign-in resets the count.
        ada.sign_in(&server).await;
    }
    let fresh = code_list(&second);
    let mut late = server.browser();
    late.sign_in(&ada.person).await.expect_ok();
    late.call("session/verify_backup_code", json!({ "code": fresh[0] }))
        .await
        .expect_ok();
}

/// B9: deleting the method deletes the backup codes, and the sign-in then asks for the password
/// only, so the user is not locked out.
#[tokio::test]
async fn deleting_takes_codes_and_other_sessions_with_it() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let (mut browser, mut other) = (ada.sign_in(&server).await, ada.sign_in(&server).await);
    ada.step_up(&server, &mut browser, json!({ "action": "delete" }))
        .await;
    let viewer = browser.ask("mfa/delete").await.expect_ok()["viewer"].clone();
    assert_eq!(viewer["has_mfa"], false);
    assert_eq!(viewer["standing"]["standing"], "full");
    other
        .ask("profile/view")
        .await
        .expect_refused(401, "not_signed_in");
    let mut again = server.browser();
    let viewer = again.sign_in(&ada.person).await.expect_ok();
    assert_eq!(viewer["standing"]["standing"], "full");
    let code = json!({ "code": ada.codes[0] });
    let answer = again.call("session/verify_backup_code", code).await;
    answer.expect_refused(403, "not_allowed");
}
