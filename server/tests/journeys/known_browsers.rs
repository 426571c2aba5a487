//! A browser that completed a sign-in has a budget of its own, so strangers who guess don't lock
//! its user out.

use std::time::Duration;

use domain::{
    people::roles::Role,
    ports::PasswordSetting,
    session::{network_budget::OF_ALL, sign_in_delay::LONGEST_DELAY},
};
use serde_json::json;

use crate::support::{HttpAnswer, MemberWithMfa, RouterBrowser, TestPerson, TestServer, ada, max};

fn wrong(person: &TestPerson) -> TestPerson {
    TestPerson {
        password: "no password of anybody",
        ..*person
    }
}

/// Strangers guess until they are delayed: five times, and then once from each of sixty networks.
/// Each network has a small budget of its own, so that an honest user in a new browser can sign in
/// (RB3).
async fn besiege(server: &TestServer, person: &TestPerson, times: usize) {
    let mut judged = 0;
    for number in 0..times {
        let mut stranger = server
            .browser()
            .from(&format!("198.51.100.{}", number % 200));
        let answer = stranger.sign_in(&wrong(person)).await;
        if answer.status == 401 {
            judged += 1;
        } else {
            answer.expect_refused(429, "too_many");
        }
    }
    assert_eq!(judged, 5 + usize::try_from(OF_ALL).unwrap());
}

/// Signs the browser out; it stays known.
async fn signed_out(mut browser: RouterBrowser) -> RouterBrowser {
    browser.ask("session/sign_out").await.expect_ok();
    browser
}

async fn known_browser(server: &TestServer, person: &TestPerson) -> RouterBrowser {
    let mut browser = server.browser();
    browser.sign_in(person).await.expect_ok();
    signed_out(browser).await
}

/// L7 and L8: a thousand wrong passwords from elsewhere.
#[tokio::test]
async fn the_owner_is_in_at_once_and_a_stranger_learns_nothing() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let mut mine = signed_out(ada.sign_in(&server).await).await;
    server.clock.next_step();
    besiege(&server, &ada.person, 1000).await;

    let refused = server.browser().sign_in(&wrong(&ada.person)).await;
    let right = server.browser().sign_in(&ada.person).await;
    let said = |answer: &HttpAnswer| {
        (
            answer.refusal(),
            answer.body.clone(),
            answer.cookies().len(),
        )
    };
    assert_eq!(said(&right), said(&refused));
    assert_eq!(right.header("retry-after"), refused.header("retry-after"));

    mine.sign_in(&ada.person).await.expect_ok();
    let code = ada.code(&server);
    mine.call("session/verify_code", code).await.expect_ok();
    server.clock.advance(LONGEST_DELAY);
    server.browser().sign_in(&ada.person).await.expect_ok();
}

#[tokio::test]
async fn a_browser_is_known_once_the_sign_in_is_complete() {
    let server = TestServer::start().await;
    let ada = MemberWithMfa::on(&server).await;
    let name = server.services.settings.cookies.browser();
    server.clock.next_step();
    let mut browser = server.browser();
    let half = browser.sign_in(&ada.person).await;
    assert_eq!(half.cookies().len(), 1, "the session's");
    let code = ada.code(&server);
    let whole = browser.call("session/verify_code", code).await;
    let cookies = whole.cookies();
    let set = cookies.iter().find(|cookie| cookie.starts_with(name));
    assert_eq!(
        set.unwrap().split_once("; ").unwrap().1,
        "Path=/; HttpOnly; SameSite=Strict; Max-Age=15552000"
    );

    // The browser keeps its token at later sign-ins.
    let token = browser.cookie(name).unwrap().to_owned();
    let mut browser = signed_out(browser).await;
    browser.sign_in(&ada.person).await.expect_ok();
    let backup = json!({ "code": ada.codes[0] });
    let answer = browser.call("session/verify_backup_code", backup).await;
    assert_eq!(answer.cookies().len(), 1, "{:?}", answer.cookies());
    assert_eq!(browser.cookie(name), Some(token.as_str()));
}

#[tokio::test]
async fn its_own_wrong_passwords_are_delayed() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = known_browser(&server, &ada).await;
    for _ in 0..5 {
        let answer = mine.sign_in(&wrong(&ada)).await;
        answer.expect_refused(401, "wrong_credentials");
    }
    mine.sign_in(&ada).await.expect_refused(429, "too_many");
    server.browser().sign_in(&ada).await.expect_ok();
    server.clock.advance(Duration::from_secs(5));
    mine.sign_in(&ada).await.expect_ok();
}

#[tokio::test]
async fn it_is_worth_nothing_for_another_user() {
    let server = TestServer::start().await;
    server.add_owner().await;
    server.add_user(&max(), Role::Member).await;
    let mut maxs = known_browser(&server, &max()).await;
    besiege(&server, &ada(), 100).await;
    maxs.sign_in(&ada()).await.expect_refused(429, "too_many");
}

#[tokio::test]
async fn it_ends_with_the_password() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = known_browser(&server, &ada).await;
    let hash = server.services.hasher.hash(ada.password.as_bytes()).await;
    let user = server.user(&ada).await;
    let set = server.services.users.set_password(&user, hash.unwrap());
    assert_eq!(set.await.unwrap(), PasswordSetting::Set);
    besiege(&server, &ada, 100).await;
    mine.sign_in(&ada).await.expect_refused(429, "too_many");
}

#[tokio::test]
async fn the_browser_that_set_a_method_up_stays_known_and_no_other() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut other = known_browser(&server, &ada).await;
    let enrolled = MemberWithMfa::of(&server, ada).await;
    let mut mine = signed_out(enrolled.browser).await;
    besiege(&server, &ada, 100).await;
    other.sign_in(&ada).await.expect_refused(429, "too_many");
    mine.sign_in(&ada).await.expect_ok();
}

/// L6: a session that confirms its password uses the budget of the sign-in.
#[tokio::test]
async fn confirming_the_password_draws_on_the_same_budget() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = server.browser();
    mine.sign_in(&ada).await.expect_ok();
    for _ in 0..5 {
        let request = json!({ "password": wrong(&ada).password });
        let answer = mine.call("session/confirm_password", request).await;
        answer.expect_refused(401, "wrong_credentials");
    }
    let request = json!({ "password": ada.password });
    let answer = mine.call("session/confirm_password", request).await;
    assert_eq!(answer.expect_refused(429, "too_many")["seconds"], 5);
    mine.sign_in(&ada).await.expect_refused(429, "too_many");
}

/// RB3: a stranger who keeps the delay running with wrong passwords does not block sign-ins from
/// other networks.
#[tokio::test]
async fn rb3_a_new_browser_gets_in_beside_a_stranger_who_keeps_the_delay_running() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut stranger = server.browser().from("198.51.100.7");
    for _ in 0..5 {
        let answer = stranger.sign_in(&wrong(&ada)).await;
        answer.expect_refused(401, "wrong_credentials");
    }
    for _ in 0..20 {
        server.clock.advance(LONGEST_DELAY);
        let answer = stranger.sign_in(&wrong(&ada)).await;
        answer.expect_refused(401, "wrong_credentials");
        // The network that failed gets no second attempt during the delay, right or wrong.
        stranger.sign_in(&ada).await.expect_refused(429, "too_many");
    }
    let mut honest = server.browser().from("203.0.113.9");
    honest.sign_in(&ada).await.expect_ok();
    honest.ask("session/sign_out").await.expect_ok();
}

/// RB3: all addresses of a /48 are one network, and a network without budget learns nothing.
#[tokio::test]
async fn rb3_a_network_has_one_try_while_the_delay_runs() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    for number in 0..5 {
        let mut stranger = server.browser().from(&format!("2001:db8:7:{number}::1"));
        let answer = stranger.sign_in(&wrong(&ada)).await;
        answer.expect_refused(401, "wrong_credentials");
    }
    let right = server
        .browser()
        .from("2001:db8:7:99::1")
        .sign_in(&ada)
        .await;
    let refused = server.browser().from("2001:db8:7:98::1");
    let refused = refused.clone().sign_in(&wrong(&ada)).await;
    assert_eq!(
        right.expect_refused(429, "too_many"),
        refused.expect_refused(429, "too_many")
    );
    let mut elsewhere = server.browser().from("2001:db8:8::1");
    let answer = elsewhere.sign_in(&wrong(&ada)).await;
    answer.expect_refused(401, "wrong_credentials");
    elsewhere
        .sign_in(&ada)
        .await
        .expect_refused(429, "too_many");
}

/// RB3: a user who chose the password by a link can sign in although strangers keep guessing.
#[tokio::test]
async fn rb3_an_invitation_makes_its_browser_known() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let link = server.invite(&ada).await;
    let name = server.services.settings.cookies.browser();
    let mut mine = server.browser();
    let form = json!({ "token": link, "password": ada.password });
    let accepted = mine.call("session/accept_invitation", form).await;
    assert_eq!(accepted.cookies().len(), 1, "no session");
    assert!(mine.cookie(name).is_some());
    besiege(&server, &ada, 100).await;
    server
        .browser()
        .sign_in(&ada)
        .await
        .expect_refused(429, "too_many");
    mine.sign_in(&ada).await.expect_ok();
}

/// RB3: a stranger with the password of a user without MFA evicts known browsers, but not the
/// user's own.
#[tokio::test]
async fn rb3_sign_ins_with_the_password_do_not_evict_the_users_browser() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    let mut mine = known_browser(&server, &ada).await;
    for _ in 0..40 {
        server.clock.advance(Duration::from_secs(3));
        known_browser(&server, &ada).await;
    }
    besiege(&server, &ada, 100).await;
    mine.sign_in(&ada).await.expect_ok();
}
