//! Twinlock in front of applications: the verifier that proxies ask (`verifier`), Twinlock's own
//! paths at the application's host (`own_paths`), and the portal (`portal`).
//!
//! A proxy asks about each request by one of three endpoints, each of which reads only its own
//! headers (`domain::door::AskedRequest`). The answer that lets a request in is built in one place
//! (`answers::let_in`), from what `usecases::door::verify` proved. No body is read, and no answer
//! is stored.

mod answers;
mod guards;
mod own_paths;
mod portal;
mod small_pages;
mod verifier;

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    http::HeaderMap,
    routing::{any, get},
};
use domain::{
    door::RequestHeaders,
    events::{Actor, Origin},
    network::host_name::HostName,
};
use http::header::USER_AGENT;
use usecases::Services;

pub use answers::AtApplication;

use crate::{
    config::{PublicUrl, TrustedProxies},
    door::small_pages::SmallPages,
    middleware::every_request::warning_limit::WarningLimit,
    spa::Pages,
    system::assertions::Assertions,
};

const FORWARD_AUTH: &str = "/door/forward-auth";
const AUTH_REQUEST: &str = "/door/auth-request";
/// Where Envoy asks, with the path of the application behind it.
pub const EXT_AUTHZ: &str = "/door/ext-authz";
const SIGNED_OUT: &str = "/door/signed-out";
const OPEN: &str = "/door/open";
const KEY_SET: &str = "/.well-known/jwks.json";

/// Returns whether proxies ask at this path, with the host of any application.
#[must_use]
pub fn is_verifier(path: &str) -> bool {
    let below = path.strip_prefix(EXT_AUTHZ);
    matches!(path, FORWARD_AUTH | AUTH_REQUEST)
        || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What the routes need.
struct Door {
    services: Services,
    public_url: PublicUrl,
    own_host: Option<HostName>,
    proxies: TrustedProxies,
    pages: Arc<Pages>,
    small: SmallPages,
    /// None if the key is not usable; then no one is let in.
    assertions: Option<Assertions>,
    warnings: WarningLimit,
}

/// The routes of the door.
pub fn routes(
    services: Services,
    public_url: &PublicUrl,
    proxies: TrustedProxies,
    pages: Arc<Pages>,
) -> Router {
    let assertions = Assertions::new(services.vault.assertion_key(), &public_url.to_string());
    if let Err(error) = &assertions {
        tracing::error!("no one is let in to an application: {error}");
    }
    let brand = &services.settings.brand;
    let door = Door {
        small: SmallPages::new(brand, pages.accent_css(), public_url),
        own_host: HostName::of_authority(public_url.host()),
        public_url: public_url.clone(),
        proxies,
        pages,
        assertions: assertions.ok(),
        warnings: WarningLimit::default(),
        services,
    };
    Router::new()
        .route(FORWARD_AUTH, any(verifier::forward_auth))
        .route(AUTH_REQUEST, any(verifier::auth_request))
        .route(EXT_AUTHZ, any(verifier::ext_authz))
        .route("/door/ext-authz/", any(verifier::ext_authz))
        .route("/door/ext-authz/{*asked}", any(verifier::ext_authz))
        .route(OPEN, any(portal::open))
        .route(SIGNED_OUT, get(portal::signed_out))
        .route(KEY_SET, get(portal::key_set))
        .with_state(Arc::new(door))
}

impl Door {
    /// The services for a request, whose events name this client.
    fn services_for(&self, address: IpAddr, headers: &HeaderMap) -> Services {
        let browser = headers.get(USER_AGENT);
        let here = Origin::here(Actor::Nobody, self.services.clock.now());
        self.services.seen_from(Origin {
            address: Some(address),
            browser: browser.map(|name| Origin::browser_name(name.as_bytes())),
            ..here
        })
    }
}

/// The headers of a request, as the rules read them.
struct Sent<'a>(&'a HeaderMap);

impl RequestHeaders for Sent<'_> {
    fn values(&self, name: &str) -> Vec<&[u8]> {
        let values = self.0.get_all(name).iter();
        values.map(http::HeaderValue::as_bytes).collect()
    }
}
