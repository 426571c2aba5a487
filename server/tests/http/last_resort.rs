//! Panics and endless work behind a server function.

use std::sync::Arc;

use app::services::{Ports, Services};
use async_trait::async_trait;
use domain::{
    ports::{Clock, Hasher, NoPlace, Place, PortError, SecretHash},
    sign_in_delay::PasswordAttempts,
    time::Timestamp,
};
use serde_json::json;

use crate::support::{Options, TestServer};

struct Broken;

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        panic!("hunter2");
    }
}

#[async_trait]
impl Hasher for Broken {
    fn place(&self) -> Result<Place, NoPlace> {
        Ok(Place::new(()))
    }

    async fn hash(&self, _: &[u8]) -> Result<SecretHash, PortError> {
        std::future::pending().await
    }

    async fn verify(&self, _: Place, _: &[u8], _: Option<&SecretHash>) -> Result<bool, PortError> {
        std::future::pending().await
    }
}

/// Nobody finds a place.
struct Full;

#[async_trait]
impl Hasher for Full {
    fn place(&self) -> Result<Place, NoPlace> {
        Err(NoPlace)
    }

    async fn hash(&self, _: &[u8]) -> Result<SecretHash, PortError> {
        Err(NoPlace.into())
    }

    async fn verify(&self, _: Place, _: &[u8], _: Option<&SecretHash>) -> Result<bool, PortError> {
        panic!("it gave nobody a place");
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_without_its_text() {
    let server = TestServer::start_with(Options::default(), |services| {
        Services::from(Ports {
            clock: Arc::new(Broken),
            ..Ports::clone(&services)
        })
    })
    .await;
    for _ in 0..2 {
        let answer = server.browser().ask("session/whoami").await;
        answer.expect_refused(500, "failed");
        let id = answer.header("x-request-id");
        // What a person quotes is what stands in the log.
        let body = format!(r#"{{"kind":"failed","reference":"{id}"}}"#);
        assert_eq!(answer.text(), body);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("x-request-id").len(), 16);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let server = TestServer::start_with(Options::default(), |services| {
        Services::from(Ports {
            hasher: Arc::new(Broken),
            ..Ports::clone(&services)
        })
    })
    .await;
    tokio::time::pause();
    // What is no address is hashed without a look into the database, whose own time limits would run out meanwhile.
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
    let server = TestServer::start_with(Options::default(), |services| {
        Services::from(Ports {
            hasher: Arc::new(Full),
            ..Ports::clone(&services)
        })
    })
    .await;
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
