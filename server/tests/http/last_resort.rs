//! Panics and endless work behind a server function.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    ids::UserId,
    ports::{Clock, HashPermit, HashPriority, Hasher, Lane, Overloaded, PortError, SecretHash},
    secrets::imported_hash::Floor,
    session::sign_in_delay::PasswordAttempts,
    time::Timestamp,
};
use serde_json::json;
use usecases::Services;

use crate::support::{Authenticator, MemberWithMfa, Options, Permits, TestServer};

struct Broken;

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        panic!("hunter2");
    }
}

#[async_trait]
impl Hasher for Broken {
    fn acquire(&self, _: HashPriority<'_>) -> Result<HashPermit, Overloaded> {
        Ok(HashPermit::new(Lane::Known, ()))
    }

    fn is_full(&self, _: HashPriority<'_>) -> bool {
        false
    }

    fn acquire_for_set(&self, person: &UserId) -> Result<HashPermit, Overloaded> {
        self.acquire(HashPriority::Known(person))
    }

    fn plan_for(&self, _: Floor) {}

    async fn hash_in(&self, _: HashPermit, _: &[u8]) -> Result<SecretHash, PortError> {
        std::future::pending().await
    }

    async fn verify(
        &self,
        _: HashPermit,
        _: &[u8],
        _: Option<&SecretHash>,
        _: Floor,
    ) -> Result<bool, PortError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_without_its_text() {
    let server = TestServer::start_with(Options::default(), |services| Services {
        clock: Arc::new(Broken),
        ..services
    })
    .await;
    for _ in 0..2 {
        let answer = server.browser().ask("session/whoami").await;
        answer.expect_refused(500, "failed");
        let id = answer.header("x-request-id");
        // The reference that a user quotes is the request id in the log.
        let body = format!(r#"{{"kind":"failed","reference":"{id}"}}"#);
        assert_eq!(answer.text(), body);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("x-request-id").len(), 16);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let server = TestServer::start_with(Options::default(), |services| Services {
        hasher: Arc::new(Broken),
        ..services
    })
    .await;
    tokio::time::pause();
    // A text that is no address is hashed without a database query, whose own time limit would end
    // first.
    let answer = server
        .browser()
        .call(
            "session/sign_in",
            json!({ "email": "nobody", "password": "whatever" }),
        )
        .await;
    answer.expect_refused(503, "unavailable");
}

#[tokio::test]
async fn whoever_finds_no_place_is_refused_before_anything_is_counted() {
    let (server, permits) = Permits::server(Options::default()).await;
    permits.leave(0);
    let email = "somebody@example.com";
    for _ in 0..10 {
        let form = json!({ "email": email, "password": "whatever it is" });
        let answer = server.browser().call("session/sign_in", form).await;
        answer.expect_refused(503, "unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    let index = server.services.vault.email_index(&email.parse().unwrap());
    let attempts = server.services.attempts.password_attempts(index).await;
    assert_eq!(attempts.unwrap(), PasswordAttempts::default());
}

/// A right code without a free hashing place is not counted as an attempt; otherwise ten of them
/// would lock the user out.
#[tokio::test]
async fn a_right_code_that_finds_no_place_for_its_hashes_costs_no_attempt() {
    let (server, permits) = Permits::server(Options::default()).await;
    let ada = server.add_owner().await;
    let mut browser = server.browser();
    browser.sign_in(&ada).await.expect_ok();
    let set_up = browser.ask("mfa/set_up").await.expect_ok();
    let authenticator = Authenticator::new(set_up["key"].as_str().unwrap());
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    for _ in 0..12 {
        permits.leave(0);
        let answer = browser.call("mfa/confirm", code.clone()).await;
        answer.expect_refused(503, "unavailable");
    }
    permits.leave(usize::MAX);
    browser.call("mfa/confirm", code).await.expect_ok();
}

#[tokio::test]
async fn nor_does_one_that_comes_with_a_new_password() {
    let (server, permits) = Permits::server(Options::default()).await;
    let ada = MemberWithMfa::on(&server).await;
    let mut browser = ada.sign_in(&server).await;
    server.clock.next_step();
    let mut form = ada.code(&server);
    form["current"] = ada.person.password.into();
    form["new"] = "thirteen lanterns in the fog".into();
    for _ in 0..12 {
        permits.leave(1);
        let answer = browser.call("profile/change_password", form.clone()).await;
        answer.expect_refused(503, "unavailable");
    }
    permits.leave(usize::MAX);
    let answer = browser.call("profile/change_password", form).await;
    answer.expect_ok();
}
