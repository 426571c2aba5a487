//! Races around grants, codes and rules.

use std::time::Duration;

use domain::people::roles::Role;
use serde_json::{Value, json};

use crate::{
    races::{at_once::at_once, rounds},
    support::{MemberWithMfa, TestServer, finish, max},
};

/// R11: one grant, several concurrent actions, one effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_grant_has_one_effect() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    for round in 0..rounds() {
        let generate = json!({ "action": "generate" });
        ada.step_up(&server, &mut browser, generate).await;
        // One user may have four sets in progress; a fifth would be refused.
        let calls = vec![(browser.clone(), "mfa/generate", json!({})); 4];
        let answers = at_once(calls).await;
        let done = answers.iter().filter(|(_, answer)| answer.is_success());
        assert_eq!(done.count(), 1, "round {round}");
        for (_, answer) in answers.iter().filter(|(_, answer)| !answer.is_success()) {
            answer.expect_refused(403, "verification_required");
        }
        if round % 20 == 19 {
            browser = ada.sign_in(&server).await;
        }
    }
}

/// Delete against a sign-in with a code: either the sign-in came first and its session has ended,
/// or it was refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_ends_the_sign_in_beside_it() {
    for round in 0..rounds() {
        let server = TestServer::start().await;
        let ada = MemberWithMfa::on(&server).await;
        let mut browser = ada.sign_in(&server).await;
        ada.step_up(&server, &mut browser, json!({ "action": "delete" }))
            .await;
        server.clock.next_step();
        let mut half = server.browser();
        half.sign_in(&ada.person).await.expect_ok();
        let calls = vec![
            (browser, "mfa/delete", Value::Null),
            (half, "session/verify_code", ada.code(&server)),
        ];
        let mut answers = at_once(calls).await;
        answers[0].1.expect_ok();
        let viewer = answers[1].0.ask("session/whoami").await.expect_ok();
        assert_eq!(
            viewer,
            Value::Null,
            "round {round}: {}",
            answers[1].1.text()
        );
    }
}

/// R9: generate against the use of an old code: accepted before `Finish`, or refused; never after
/// `Finish` was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_old_code_works_after_finish() {
    let server = TestServer::start().await;
    let mut ada = MemberWithMfa::on(&server).await;
    for round in 0..rounds() {
        server.clock.advance(Duration::from_mins(16));
        let mut browser = ada.sign_in(&server).await;
        ada.step_up(&server, &mut browser, json!({ "action": "generate" }))
            .await;
        let sheet = browser.ask("mfa/generate").await.expect_ok();
        let mut half = server.browser();
        half.sign_in(&ada.person).await.expect_ok();
        let mut late = server.browser();
        late.sign_in(&ada.person).await.expect_ok();
        let old = json!({ "code": ada.codes[0] });
        let calls = vec![
            (
                browser.clone(),
                "mfa/finish",
                json!({ "set": sheet["set"] }),
            ),
            (half, "session/verify_backup_code", old),
        ];
        let answers = at_once(calls).await;
        answers[0].1.expect_ok();
        if !answers[1].1.is_success() {
            answers[1]
                .1
                .expect_refused(answers[1].1.status, &answers[1].1.kind());
            assert!(
                ["wrong_code", "backup_code_used"].contains(&answers[1].1.kind().as_str()),
                "round {round}"
            );
        }
        let another = json!({ "code": ada.codes[1] });
        late.call("session/verify_backup_code", another)
            .await
            .expect_refused(401, "wrong_code");
        finish(&mut browser, &sheet)
            .await
            .expect_refused(409, "nothing_pending");
        ada.codes = crate::support::code_list(&sheet);
    }
}

/// R12: the rule is set during fifty sign-ins without MFA: once it is acknowledged, none of them
/// reaches a function.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_session_without_mfa_outlives_the_rule() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    server.add_user(&max(), Role::Member).await;
    let account = json!({ "account": server.account("Example Ltd").await });
    for round in 0..rounds() {
        // The number of sign-ins per user and minute is limited.
        server.clock.advance(Duration::from_mins(1));
        let owner = ada.sign_in(&server).await;
        let sign_in = json!({ "email": max().email, "password": max().password });
        let mut calls = vec![(owner, "accounts/require_mfa", account.clone())];
        for _ in 0..50 {
            calls.push((server.browser(), "session/sign_in", sign_in.clone()));
        }
        let answers = at_once(calls).await;
        let mut held = 0;
        answers[0].1.expect_ok();
        for (mut browser, answer) in answers.into_iter().skip(1) {
            // Some sign-ins may be refused because of the load. A session that opened is held at
            // the set-up, or has ended already, because the number of sessions per user is limited.
            if answer.is_success() {
                let profile = browser.ask("profile/view").await;
                if profile.status == 401 {
                    profile.expect_refused(401, "not_signed_in");
                } else {
                    profile.expect_refused(403, "set_up_required");
                    held += 1;
                }
            }
        }
        assert!(held > 0, "round {round}");
        server.lift_rule("Example Ltd").await;
    }
}
