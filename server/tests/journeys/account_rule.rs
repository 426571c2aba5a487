//! Journeys 7 and 8: the MFA rule of an account applies from the next request, for open sessions
//! too.

use std::time::Duration;

use domain::people::roles::Role;
use serde_json::json;

use crate::support::{MemberWithMfa, RouterBrowser, TestServer, enrol, max, olga};

async fn standing(browser: &mut RouterBrowser) -> String {
    let viewer = browser.ask("session/whoami").await.expect_ok();
    viewer["standing"]["standing"].as_str().unwrap().to_owned()
}

/// Returns an Owner with MFA and a member without, both signed in.
async fn two(server: &TestServer) -> (MemberWithMfa, RouterBrowser, RouterBrowser) {
    let ada = MemberWithMfa::on(server).await;
    let owner = ada.sign_in(server).await;
    server.add_user(&max(), Role::Member).await;
    let mut member = server.browser();
    member.sign_in(&max()).await.expect_ok();
    (ada, owner, member)
}

#[tokio::test]
async fn an_open_session_is_held_at_its_next_request_and_freed_at_once() {
    let server = TestServer::start().await;
    let (ada, mut owner, mut member) = two(&server).await;
    let account = json!({ "account": server.account("Example Ltd").await });
    member.ask("profile/view").await.expect_ok();
    owner
        .call("accounts/require_mfa", account.clone())
        .await
        .expect_ok();
    for function in [
        "profile/view",
        "accounts/list",
        "step_up/asked",
        "mfa/generate",
    ] {
        let answer = member.ask(function).await;
        answer.expect_refused(403, "set_up_required");
    }
    assert_eq!(standing(&mut member).await, "set_up_only");
    let rows = owner.ask("accounts/list").await.expect_ok();
    assert_eq!(rows[0]["rule"]["by"], ada.person.name);
    assert_eq!(
        rows[0]["protection"],
        json!({ "members": 2, "protected": 1 })
    );

    ada.step_up(
        &server,
        &mut owner,
        json!({ "action": "rule-off", "account": account["account"] }),
    )
    .await;
    owner.call("accounts/lift_rule", account).await.expect_ok();
    member.ask("profile/view").await.expect_ok();
}

#[tokio::test]
async fn a_forced_set_up_ends_in_a_full_session() {
    let server = TestServer::start().await;
    let (_, mut owner, mut member) = two(&server).await;
    let account = json!({ "account": server.account("Example Ltd").await });
    owner
        .call("accounts/require_mfa", account)
        .await
        .expect_ok();

    // A session with an old password has to confirm it before a set-up, so that a stolen session
    // can't enrol another phone.
    server.clock.advance(Duration::from_mins(10));
    member
        .ask("mfa/set_up")
        .await
        .expect_refused(403, "password_required");
    member
        .call(
            "session/confirm_password",
            json!({ "password": max().password }),
        )
        .await
        .expect_ok();
    enrol(&server, &mut member).await;
    assert_eq!(standing(&mut member).await, "full");
    member.ask("profile/view").await.expect_ok();
}

/// E6: an abandoned set-up has no effect. E10: only the set-up, sign-out and another account lead
/// out.
#[tokio::test]
async fn a_forced_set_up_is_left_by_its_ways_out_only() {
    let server = TestServer::start().await;
    server.add_account("Other Ltd").await;
    let (_, mut owner, mut member) = two(&server).await;
    server.join(&max(), "Other Ltd", Role::Member).await;
    let (strict, lax) = (
        server.account("Example Ltd").await,
        server.account("Other Ltd").await,
    );
    owner
        .call("accounts/require_mfa", json!({ "account": strict }))
        .await
        .expect_ok();
    assert_eq!(standing(&mut member).await, "choose_account");
    let into = |id| json!({ "account": id });
    member
        .call("session/choose_account", into(&strict))
        .await
        .expect_ok();
    assert_eq!(standing(&mut member).await, "set_up_only");
    member.ask("mfa/set_up").await.expect_ok();
    assert_eq!(standing(&mut member).await, "set_up_only");
    member
        .ask("profile/view")
        .await
        .expect_refused(403, "set_up_required");

    // Only the account with the rule is blocked.
    member
        .call("session/choose_account", into(&lax))
        .await
        .expect_ok();
    member.ask("profile/view").await.expect_ok();
    member.ask("session/sign_out").await.expect_ok();
}

/// Owners are not exempt, and an account that requires MFA is closed to its Owner from another
/// account too.
#[tokio::test]
async fn an_owner_without_mfa_obeys_their_own_rule() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut owner = server.browser();
    owner.sign_in(&ada).await.expect_ok();
    let account = json!({ "account": server.account("Example Ltd").await });
    let viewer = owner.call("accounts/require_mfa", account.clone()).await;
    assert_eq!(viewer.expect_ok()["standing"]["standing"], "set_up_only");
    owner
        .call("accounts/lift_rule", account.clone())
        .await
        .expect_refused(403, "set_up_required");

    server.add_account("Other Ltd").await;
    server.join(&ada, "Other Ltd", Role::Owner).await;
    let other = json!({ "account": server.account("Other Ltd").await });
    owner
        .call("session/choose_account", other)
        .await
        .expect_ok();
    for function in [
        "accounts/members",
        "accounts/require_mfa",
        "accounts/export",
    ] {
        let mut request = account.clone();
        request["search"] = json!("");
        request["page"] = json!(0);
        let answer = owner.call(function, request).await;
        answer.expect_refused(403, "set_up_required");
    }
}

/// An Owner without MFA can't lift a rule, and is told to add MFA first.
#[tokio::test]
async fn a_rule_is_lifted_with_a_second_factor_only() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut owner = server.browser();
    owner.sign_in(&ada).await.expect_ok();
    let account = server.account("Example Ltd").await;
    let intent = json!({ "action": "rule-off", "account": account });
    owner
        .call("step_up/ask", intent)
        .await
        .expect_refused(409, "no_method");
}

/// A user who deletes the method in an account that requires MFA is led into the set-up at once.
#[tokio::test]
async fn whoever_deletes_under_the_rule_sets_up_again() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    server.require_mfa("Example Ltd").await;
    ada.step_up(&server, &mut browser, json!({ "action": "delete" }))
        .await;
    let viewer = browser.ask("mfa/delete").await.expect_ok()["viewer"].clone();
    assert_eq!(viewer["standing"]["standing"], "set_up_only");
    assert_eq!(viewer["account"], "Example Ltd");
}

/// A5: a user who has left an account loses access with the next request, and a stranger does not
/// learn that the account exists.
#[tokio::test]
async fn strangers_and_members_manage_nothing() {
    let server = TestServer::start().await;
    let (_, _, mut member) = two(&server).await;
    server.add_account("Other Ltd").await;
    server.add_user(&olga(), Role::Owner).await;
    let mut stranger = server.browser();
    stranger.sign_in(&olga()).await.expect_ok();
    let account = json!({ "account": server.account("Example Ltd").await });
    let answer = stranger.call("accounts/require_mfa", account.clone()).await;
    answer.expect_refused(404, "not_found");
    let answer = member.call("accounts/require_mfa", account.clone()).await;
    answer.expect_refused(403, "not_allowed");
    let answer = stranger.call("session/choose_account", account).await;
    answer.expect_refused(404, "not_found");

    let (user, id) = (
        server.user(&max()).await,
        server.account("Example Ltd").await,
    );
    server.services.members.leave(&user, &id).await.unwrap();
    let viewer = member.ask("session/whoami").await.expect_ok();
    assert_eq!(viewer["account"], json!(null));
}
