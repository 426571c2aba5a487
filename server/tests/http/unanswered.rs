//! A database that stops answering in the middle of a request.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    events::Origin,
    ids::UserId,
    ports::{KnownBrowser, KnownBrowsers, PortError, Sessions},
    time::Timestamp,
    token::TokenHash,
};
use usecases::{Ports, Scope, Services};

use crate::support::{Options, TestServer};

/// Ends the session and then fails like a database that does not answer, once a browser is to be remembered.
struct Silent(Arc<dyn Sessions>);

#[async_trait]
impl KnownBrowsers for Silent {
    async fn is_known(&self, _: TokenHash, _: &UserId, _: Timestamp) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn remember(&self, browser: KnownBrowser) -> Result<bool, PortError> {
        self.0.end(&browser.session).await?;
        Err(PortError::Unavailable("no answer".into()))
    }
}

struct SilentFor(Arc<dyn Scope>);

impl Scope for SilentFor {
    fn seen_from(&self, services: &Services, origin: Origin) -> Services {
        let services = self.0.seen_from(services, origin);
        Services::from(Ports {
            known_browsers: Arc::new(Silent(Arc::clone(&services.sessions))),
            ..Ports::clone(&services)
        })
    }
}

#[tokio::test]
async fn is_not_waited_for_twice() {
    let server = TestServer::start_with(Options::default(), |services| {
        Services::from(Ports {
            scope: Arc::new(SilentFor(Arc::clone(&services.scope))),
            ..Ports::clone(&services)
        })
    })
    .await;
    let owner = server.add_owner().await;
    let viewer = server.browser().sign_in(&owner).await.expect_ok();
    assert_eq!(viewer["email"], owner.email);
}
