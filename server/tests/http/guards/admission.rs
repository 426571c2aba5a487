//! The cost of a request before it is known to be genuine: RB1 and RB2.

use std::sync::Arc;

use domain::session::address_limit::WINDOW;
use serde_json::json;
use server::config::{LimitArgs, Limits};

use crate::support::{Options, Permits, RouterBrowser, TestPerson, TestServer, ada};

struct LimitedServer {
    server: TestServer,
    permits: Arc<Permits>,
}

impl LimitedServer {
    /// Starts a server that refuses the third wrong password of one address.
    async fn new() -> Self {
        let limits = Limits::new(&LimitArgs {
            address_limit: Some("2".to_owned()),
            trusted_proxies: None,
        });
        let options = Options {
            limits: limits.unwrap(),
            ..Options::default()
        };
        let (server, permits) = Permits::server(options).await;
        server.add_owner().await;
        // The hash of Ada's own password does not count.
        permits.taken();
        Self { server, permits }
    }

    fn taken(&self) -> usize {
        self.permits.taken()
    }

    async fn known_browser(&self, person: &TestPerson) -> RouterBrowser {
        let mut browser = self.server.browser();
        browser.sign_in(person).await.expect_ok();
        browser.ask("session/sign_out").await.expect_ok();
        browser
    }
}

fn wrong(number: usize) -> serde_json::Value {
    json!({ "email": format!("typed{number}@example.com"), "password": "no password of anybody" })
}

/// RB1: an attempt over a limit takes no hashing place, with a made-up browser token or without
/// one.
#[tokio::test]
async fn rb1_what_a_limit_refuses_takes_no_place() {
    let limited = LimitedServer::new().await;
    let name = limited.server.services.settings.cookies.browser();
    let mut here = limited.server.browser().from("203.0.113.9");
    for number in 0..2 {
        let answer = here.call("session/sign_in", wrong(number)).await;
        answer.expect_refused(401, "wrong_credentials");
    }
    assert_eq!(limited.taken(), 2);
    let made_up = domain::token::Token::from_random([7; 32]).expose();
    let forged = format!("{name}={}", made_up.as_str());
    for number in 2..40 {
        let mut browser = here.clone();
        if number % 2 == 0 {
            browser = browser.with_header("cookie", &forged);
        }
        let answer = browser.call("session/sign_in", wrong(number)).await;
        answer.expect_refused(429, "too_many");
    }
    assert_eq!(limited.taken(), 0);
    limited.server.clock.advance(WINDOW);
    let answer = here.call("session/sign_in", wrong(0)).await;
    answer.expect_refused(401, "wrong_credentials");
}

/// RB1: if strangers take all their hashing places, known browsers and complete sessions still get
/// through.
#[tokio::test]
async fn rb1_a_known_browser_gets_in_while_strangers_take_all_their_places() {
    let limited = LimitedServer::new().await;
    let mut mine = limited.known_browser(&ada()).await;
    limited.permits.refuse_strangers();
    let stranger = limited.server.browser().sign_in(&ada()).await;
    stranger.expect_refused(503, "unavailable");
    mine.sign_in(&ada()).await.expect_ok();
    let request = json!({ "password": ada().password });
    mine.call("session/confirm_password", request)
        .await
        .expect_ok();
    let form = json!({ "current": ada().password, "new": "thirteen lanterns in the fog" });
    mine.call("profile/change_password", form).await.expect_ok();
}

/// RB2: dead links of all four functions count against their address, and a live link works all the
/// same.
#[tokio::test]
async fn rb2_dead_links_count_for_their_address_and_a_live_one_works() {
    let limited = LimitedServer::new().await;
    let live = limited.server.invite(&ada()).await;
    let dead = domain::token::Token::from_random([9; 32]).expose();
    let person = json!({
        "token": dead.as_str(), "account": "Acme", "name": "Eve Stranger", "email": "eve@example.com",
        "password": "thirteen lanterns in the fog",
    });
    for (number, function) in [
        "check_invitation",
        "accept_invitation",
        "check_setup_link",
        "create_first_owner",
    ]
    .into_iter()
    .enumerate()
    {
        let mut here = limited
            .server
            .browser()
            .from(&format!("203.0.113.{number}"));
        let path = format!("session/{function}");
        let form = match function {
            "create_first_owner" => person.clone(),
            "accept_invitation" => {
                json!({ "token": dead.as_str(), "password": person["password"] })
            }
            _ => json!({ "token": "no token at all" }),
        };
        for _ in 0..2 {
            let answer = here.call(&path, form.clone()).await;
            answer.expect_refused(404, "link_dead");
        }
        here.call(&path, form).await.expect_refused(429, "too_many");
        let form = json!({ "token": live });
        here.call("session/check_invitation", form)
            .await
            .expect_ok();
    }
    assert_eq!(limited.taken(), 0, "none of them is hashed for");
    let mut here = limited.server.browser().from("203.0.113.0");
    let form = json!({ "token": live, "password": "thirteen lanterns in the fog" });
    here.call("session/accept_invitation", form)
        .await
        .expect_ok();
}

/// RC7: thirty right passwords a minute are accepted; further ones are refused like an attempt over
/// a limit.
#[tokio::test]
async fn rc7_right_passwords_open_thirty_sessions_a_minute() {
    let limited = LimitedServer::new().await;
    for _ in 0..30 {
        limited.server.browser().sign_in(&ada()).await.expect_ok();
    }
    limited
        .server
        .clock
        .advance(std::time::Duration::from_secs(10));
    let refused = limited.server.browser().sign_in(&ada()).await;
    assert_eq!(refused.expect_refused(429, "too_many")["seconds"], 50);
    assert!(refused.cookies().is_empty());
    limited
        .server
        .clock
        .advance(std::time::Duration::from_secs(50));
    limited.server.browser().sign_in(&ada()).await.expect_ok();
}
