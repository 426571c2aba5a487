//! `/profile/password`: what it requires, what it ends, and what guesses cost.

use domain::people::roles::Role;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{MemberWithMfa, RouterBrowser, TestPerson, TestServer, ada, max};

const NEW: &str = "eleven bright kites over hills";

fn request(current: &str, new: &str) -> Value {
    json!({ "current": current, "new": new })
}

fn with_code(mut request: Value, code: &Value) -> Value {
    request["code"] = code.clone();
    request
}

async fn signed_in(server: &TestServer, person: &TestPerson) -> RouterBrowser {
    let mut browser = server.browser();
    browser.sign_in(person).await.expect_ok();
    browser
}

const fn with_new(person: TestPerson) -> TestPerson {
    TestPerson {
        password: NEW,
        ..person
    }
}

/// X5: everything that the old password opened ends.
#[tokio::test]
async fn a_new_password_ends_what_the_old_one_opened() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut other = ada.sign_in(&server).await;
    let mut half = server.browser();
    half.sign_in(&ada.person).await.expect_ok();
    let mut mine = ada.sign_in(&server).await;
    ada.step_up(&server, &mut mine, json!({ "action": "delete" }))
        .await;
    let invitation = server.invite(&ada.person).await;
    let cookie = server.services.settings.cookies.session();
    let before = mine.cookie(cookie).unwrap().to_owned();

    server.clock.next_step();
    let request = with_code(
        request(ada.person.password, NEW),
        &ada.code(&server)["code"],
    );
    let changed = mine.call("profile/change_password", request).await;
    changed.expect_ok();
    assert_ne!(mine.cookie(cookie), Some(before.as_str()), "a new token");
    mine.ask("profile/view").await.expect_ok();
    let mut old = server.browser();
    old.set_cookie(cookie, &before);
    for browser in [&mut other, &mut half, &mut old] {
        let gone = browser.ask("session/sign_out").await;
        gone.expect_refused(401, "not_signed_in");
    }
    let grant = mine.ask("mfa/delete").await;
    grant.expect_refused(403, "verification_required");
    let link = json!({ "token": invitation });
    let dead = server
        .browser()
        .call("session/check_invitation", link)
        .await;
    dead.expect_refused(404, "link_dead");

    server.clock.next_step();
    let old = server.browser().sign_in(&ada.person).await;
    old.expect_refused(401, "wrong_credentials");
    let mut next = server.browser();
    let half = next.sign_in(&with_new(ada.person)).await.expect_ok();
    assert_eq!(half["standing"]["standing"], "half_signed_in", "MFA stays");
    next.call("session/verify_code", ada.code(&server))
        .await
        .expect_ok();
}

#[tokio::test]
async fn of_the_known_browsers_only_this_one_stays_known() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut other = signed_in(&server, &ada).await;
    other.ask("session/sign_out").await.expect_ok();
    let mut mine = signed_in(&server, &ada).await;
    let changed = mine
        .call("profile/change_password", request(ada.password, NEW))
        .await;
    changed.expect_ok();
    mine.ask("session/sign_out").await.expect_ok();
    for _ in 0..5 {
        let stranger = server.browser().sign_in(&ada).await;
        stranger.expect_refused(401, "wrong_credentials");
    }
    let delayed = other.sign_in(&with_new(ada)).await;
    delayed.expect_refused(429, "too_many");
    mine.sign_in(&with_new(ada)).await.expect_ok();
}

#[tokio::test]
async fn with_mfa_it_takes_a_code_and_each_code_once() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = ada.sign_in(&server).await;
    let change = |code: &Value| with_code(request(ada.person.password, NEW), code);

    let none = mine
        .call("profile/change_password", request(ada.person.password, NEW))
        .await;
    assert_eq!(none.expect_refused(422, "invalid")["field"], "code");
    // The code of the sign-in is used up.
    let used = mine
        .call(
            "profile/change_password",
            change(&ada.code(&server)["code"]),
        )
        .await;
    used.expect_refused(409, "already_used");
    let wrong = json!(ada.authenticator.wrong_code(server.clock.now().millis()));
    let wrong = mine.call("profile/change_password", change(&wrong)).await;
    wrong.expect_refused(401, "wrong_code");
    signed_in(&server, &ada.person).await;

    let backup = mine
        .call("profile/change_password", change(&json!(ada.codes[0])))
        .await;
    backup.expect_ok();
    let mut request = request(NEW, "twelve dull stones under water");
    request["code"] = json!(ada.codes[0]);
    let again = mine.call("profile/change_password", request).await;
    again.expect_refused(409, "backup_code_used");
}

#[tokio::test]
async fn wrong_codes_draw_on_the_budget_of_the_second_factor() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = ada.sign_in(&server).await;
    let wrong = json!(ada.authenticator.wrong_code(server.clock.now().millis()));
    let change = || with_code(request(ada.person.password, NEW), &wrong);
    for _ in 0..5 {
        let answer = mine.call("profile/change_password", change()).await;
        answer.expect_refused(401, "wrong_code");
    }
    let paused = mine.call("profile/change_password", change()).await;
    paused.expect_refused(429, "paused");
    assert_eq!(paused.header("retry-after"), "900");
    let intent = json!({ "action": "delete" });
    mine.call("step_up/ask", intent.clone()).await.expect_ok();
    let elsewhere = ada.verify(&server, &mut mine, &intent).await;
    elsewhere.expect_refused(429, "paused");
}

#[tokio::test]
async fn wrong_passwords_draw_on_the_budget_of_the_sign_in() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = signed_in(&server, &ada).await;
    for _ in 0..5 {
        let wrong = mine
            .call(
                "profile/change_password",
                request("no password of anybody", NEW),
            )
            .await;
        wrong.expect_refused(401, "wrong_credentials");
    }
    let refused = mine
        .call("profile/change_password", request(ada.password, NEW))
        .await;
    refused.expect_refused(429, "too_many");
    assert_eq!(refused.header("retry-after"), "5");
}

/// D10: the answer names the reason, and no attempt is counted.
#[rstest]
#[case::short("fourteen chars", "invalid", "")]
#[case::common("PasswordPassword1", "weak_password", "common")]
#[case::pattern("abcabcabcabcabcabc", "weak_password", "pattern")]
#[case::product("Customer Control Panel!", "weak_password", "personal")]
#[case::own_email("ada@example.com.ada", "weak_password", "personal")]
#[tokio::test]
async fn a_password_that_is_guessed_early_is_refused_with_its_reason(
    #[case] new: &str,
    #[case] kind: &str,
    #[case] why: &str,
) {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = signed_in(&server, &ada).await;
    for _ in 0..20 {
        let answer = mine
            .call(
                "profile/change_password",
                request("wrong, but not judged", new),
            )
            .await;
        let refusal = answer.expect_refused(422, kind);
        assert_eq!(refusal["why"].as_str().unwrap_or_default(), why);
    }
}

#[rstest]
#[case::long("kx7TqpV2mWz9Rb4 ", 16)]
#[case::longest("nine grey geese over 水 ", 11)]
#[tokio::test]
async fn long_passwords_count_to_their_last_character(#[case] part: &str, #[case] times: usize) {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = signed_in(&server, &ada).await;
    let new: String = part.repeat(times).chars().take(255).chain(['a']).collect();
    let changed = mine
        .call("profile/change_password", request(ada.password, &new))
        .await;
    changed.expect_ok();
    let typed = |password: &str| json!({ "email": ada.email, "password": password });
    let mut other = new.clone();
    other.pop();
    let cut = server
        .browser()
        .call("session/sign_in", typed(&other))
        .await;
    cut.expect_refused(401, "wrong_credentials");
    other.push('b');
    let last = server
        .browser()
        .call("session/sign_in", typed(&other))
        .await;
    last.expect_refused(401, "wrong_credentials");
    server
        .browser()
        .call("session/sign_in", typed(&new))
        .await
        .expect_ok();
    let longer = mine
        .call(
            "profile/change_password",
            request(&new, &"nine grey geese ".repeat(63)),
        )
        .await;
    longer.expect_refused(422, "invalid");
}

#[tokio::test]
async fn of_two_changes_at_once_one_counts() {
    let server = TestServer::start().await;
    server.add_owner().await;
    server.add_user(&max(), Role::Member).await;
    let mine = signed_in(&server, &ada()).await;
    let one = async |mut tab: RouterBrowser, new: &'static str| {
        let request = request(ada().password, new);
        tab.call("profile/change_password", request).await
    };
    let (first, second) = tokio::join!(
        one(mine.clone(), NEW),
        one(mine, "twelve dull stones under water"),
    );
    let accepted = [&first, &second]
        .into_iter()
        .filter(|answer| answer.is_success());
    assert_eq!(accepted.count(), 1, "{first:?} {second:?}");
    signed_in(&server, &max()).await;
}
