//! Journey 9: which Owner can help which member, and what a reset removes.

use domain::people::roles::Role;
use serde_json::{Value, json};

use crate::{
    known_facts::server_with_helpers,
    support::{MemberWithMfa, RouterBrowser, TestServer, ada, max, olga},
};

/// Returns Ada, an Owner with MFA and signed in, and Max, a member with MFA.
async fn two(server: &TestServer) -> (MemberWithMfa, RouterBrowser, MemberWithMfa) {
    let ada = MemberWithMfa::on(server).await;
    server.add_user(&max(), Role::Member).await;
    let max = MemberWithMfa::of(server, max()).await;
    let owner = ada.sign_in(server).await;
    (ada, owner, max)
}

async fn intent(server: &TestServer) -> Value {
    json!({
        "action": "member-reset",
        "account": server.account("Example Ltd").await,
        "member": server.user(&max()).await,
    })
}

/// A3: the member's method, codes and sessions end; the Owner sees no secret.
#[tokio::test]
async fn an_owner_resets_a_member() {
    let server = TestServer::start().await;
    let (ada, mut owner, mut max) = two(&server).await;
    let intent = intent(&server).await;
    owner
        .call("accounts/reset_member", intent.clone())
        .await
        .expect_refused(403, "verification_required");
    owner.call("step_up/ask", intent.clone()).await.expect_ok();
    let asked = owner.ask("step_up/asked").await.expect_ok();
    assert_eq!(asked["about"], max.person.name);
    ada.step_up(&server, &mut owner, intent.clone()).await;
    let answer = owner.call("accounts/reset_member", intent.clone()).await;
    assert_eq!(answer.expect_ok(), Value::Null);

    max.browser
        .ask("profile/view")
        .await
        .expect_refused(401, "not_signed_in");
    let mut browser = server.browser();
    let viewer = browser.sign_in(&max.person).await.expect_ok();
    assert_eq!(viewer["has_mfa"], false);
    owner
        .call("step_up/ask", intent)
        .await
        .expect_refused(403, "no_reset");
}

#[tokio::test]
async fn nobody_resets_themselves_or_people_of_other_accounts() {
    let server = TestServer::start().await;
    let (ada, mut owner, _) = two(&server).await;
    let mut oneself = intent(&server).await;
    oneself["member"] = json!(server.user(&ada.person).await);
    let refusal = owner.call("step_up/ask", oneself).await;
    assert_eq!(refusal.expect_refused(403, "no_reset")["why"], "oneself");

    server.add_account("Other Ltd").await;
    server.join(&max(), "Other Ltd", Role::Member).await;
    let refusal = owner.call("step_up/ask", intent(&server).await).await;
    assert_eq!(
        refusal.expect_refused(403, "no_reset")["why"],
        "other_accounts"
    );
}

/// A grant from before the member joined another account is not enough: the action checks the rule
/// again.
#[tokio::test]
async fn the_rule_is_asked_again_when_it_is_done() {
    let server = TestServer::start().await;
    let (ada, mut owner, mut max) = two(&server).await;
    let intent = intent(&server).await;
    ada.step_up(&server, &mut owner, intent.clone()).await;
    server.add_account("Other Ltd").await;
    server.join(&max.person, "Other Ltd", Role::Member).await;
    let answer = owner.call("accounts/reset_member", intent).await;
    answer.expect_refused(403, "no_reset");
    max.browser.ask("session/whoami").await.expect_ok();
}

/// Only Owners of every account of the user are named.
#[tokio::test]
async fn those_who_can_really_help_are_named() {
    let server = server_with_helpers().await;
    let (_, _, max) = two(&server).await;
    let mut browser = server.browser();
    browser.sign_in(&max.person).await.expect_ok();
    assert_eq!(
        browser.ask("session/helpers").await.expect_ok(),
        json!([ada().name])
    );

    server.add_account("Other Ltd").await;
    server.add_user(&olga(), Role::Owner).await;
    server.join(&max.person, "Other Ltd", Role::Member).await;
    assert_eq!(browser.ask("session/helpers").await.expect_ok(), json!([]));
    server.join(&olga(), "Example Ltd", Role::Owner).await;
    assert_eq!(
        browser.ask("session/helpers").await.expect_ok(),
        json!([olga().name])
    );
}

#[tokio::test]
async fn the_members_are_searched_and_filtered() {
    let server = TestServer::start().await;
    let (_, mut owner, _) = two(&server).await;
    let account = server.account("Example Ltd").await;
    let wanted = |search: &str, state: Value| json!({ "account": account, "search": search, "state": state, "page": 0 });
    for (search, state, expected) in [
        ("", json!(null), 2),
        ("MAX", json!(null), 1),
        ("example.com", json!("on"), 2),
        ("%", json!(null), 0),
        ("", json!("off"), 0),
    ] {
        let shown = owner.call("accounts/members", wanted(search, state)).await;
        assert_eq!(shown.expect_ok()["matching"], expected, "{search}");
    }
    let rows = owner
        .call("accounts/export", wanted("", json!(null)))
        .await
        .expect_ok();
    assert_eq!(rows[0]["name"], ada().name);
    assert_eq!(rows[0]["no_reset"], "oneself");
    assert_eq!(rows[1]["no_reset"], json!(null));
}
