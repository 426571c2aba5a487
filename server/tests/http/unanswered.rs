//! A database that stops answering in the middle of a request.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    ids::{AccountId, SessionId, UserId},
    ports::{
        AccountChoice, BrowserRecord, KnownBrowser, KnownBrowsers, NewSession,
        PasswordConfirmation, PortError, SessionOpening, SessionRecord, Sessions, TokenSwap,
    },
    second_factor::totp::OffTimeCode,
    time::Timestamp,
    token::TokenHash,
};
use serde_json::json;
use usecases::Services;

use crate::support::{Options, TestServer};

/// Ends the session and then fails like a database that does not answer, once a browser is to be
/// remembered.
struct Silent(Arc<dyn Sessions>);

#[async_trait]
impl KnownBrowsers for Silent {
    async fn is_known(&self, _: TokenHash, _: &UserId, _: Timestamp) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn remember(&self, browser: KnownBrowser) -> Result<BrowserRecord, PortError> {
        self.0.end(&browser.session).await?;
        Err(PortError::Unavailable("no answer".into()))
    }
}

/// Replaces ports of the services of each request.
fn in_each_request(
    services: Services,
    exchange: impl Fn(Services) -> Services + Send + Sync + 'static,
) -> Services {
    let with_origin = Arc::clone(&services.with_origin);
    Services {
        with_origin: Arc::new(move |services, origin| exchange(with_origin(services, origin))),
        ..services
    }
}

#[tokio::test]
async fn is_not_waited_for_twice() {
    let server = TestServer::start_with(Options::default(), |services| {
        in_each_request(services, |services| Services {
            known_browsers: Arc::new(Silent(Arc::clone(&services.sessions))),
            ..services
        })
    })
    .await;
    let owner = server.add_owner().await;
    let viewer = server.browser().sign_in(&owner).await.expect_ok();
    assert_eq!(viewer["email"], owner.email);
}

/// Writes sessions, and fails like a database that does not answer when one is to be read within a
/// use case.
struct Unreadable(Arc<dyn Sessions>);

#[async_trait]
impl Sessions for Unreadable {
    async fn open(&self, session: NewSession) -> Result<SessionOpening, PortError> {
        self.0.open(session).await
    }

    async fn find(&self, _: TokenHash) -> Result<Option<SessionRecord>, PortError> {
        Err(PortError::Unavailable("no answer".into()))
    }

    async fn touch(&self, session: &SessionId, now: Timestamp) -> Result<(), PortError> {
        self.0.touch(session, now).await
    }

    async fn note_refused_code(
        &self,
        session: &SessionId,
        code: Option<OffTimeCode>,
    ) -> Result<(), PortError> {
        self.0.note_refused_code(session, code).await
    }

    async fn confirm_password(
        &self,
        swap: TokenSwap,
        now: Timestamp,
    ) -> Result<PasswordConfirmation, PortError> {
        self.0.confirm_password(swap, now).await
    }

    async fn choose_account(
        &self,
        session: &SessionId,
        account: &AccountId,
    ) -> Result<AccountChoice, PortError> {
        self.0.choose_account(session, account).await
    }

    async fn end(&self, session: &SessionId) -> Result<(), PortError> {
        self.0.end(session).await
    }
}

/// ADR 36: the store has opened the session, so the browser needs its cookie although the answer is
/// an error.
#[tokio::test]
async fn a_session_that_was_opened_keeps_its_cookie_with_an_error() {
    let server = TestServer::start_with(Options::default(), |services| {
        in_each_request(services, |services| Services {
            sessions: Arc::new(Unreadable(Arc::clone(&services.sessions))),
            ..services
        })
    })
    .await;
    let owner = server.add_owner().await;
    let mut browser = server.browser();
    let answer = browser.sign_in(&owner).await;
    answer.expect_refused(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(answer.cookies().len(), 1, "the session's");
    let viewer = browser.call("session/whoami", json!({})).await.expect_ok();
    assert_eq!(viewer["email"], owner.email);
}
