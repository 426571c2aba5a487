//! The services that the use cases need, assembled by the server.

use std::{ops::Deref, sync::Arc};

use domain::{
    events::Origin,
    ports::{
        Accounts, Attempts, Clock, Entropy, Events, Hasher, KnownBrowsers, Members, Mfa,
        PasswordChanges, Sessions, StepUps, Users,
    },
    secrets::vault::Vault,
};

use crate::CookieNames;

/// The ports and the settings. Each layer of a request holds them, so a clone increments one reference count instead of one for each port.
#[derive(Clone)]
pub struct Services(Arc<Ports>);

/// The content of [`Services`].
#[derive(Clone)]
pub struct Ports {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
    /// Argon2id.
    pub hasher: Arc<dyn Hasher>,
    /// People.
    pub users: Arc<dyn Users>,
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Who belongs to which account.
    pub members: Arc<dyn Members>,
    /// Identity verifications within a session.
    pub step_ups: Arc<dyn StepUps>,
    /// Methods and backup codes.
    pub mfa: Arc<dyn Mfa>,
    /// Attempts.
    pub attempts: Arc<dyn Attempts>,
    /// Security events that are not part of another change.
    pub events: Arc<dyn Events>,
    /// Browsers that completed a sign-in before.
    pub known_browsers: Arc<dyn KnownBrowsers>,
    /// Changes of a user's own password.
    pub password_changes: Arc<dyn PasswordChanges>,
    /// Keys that seal and index.
    pub vault: Arc<Vault>,
    /// Settings.
    pub settings: Arc<Settings>,
    /// Creates the services for one request.
    pub scope: Arc<dyn Scope>,
}

/// Creates services for one request, which record its origin with everything that they write.
pub trait Scope: Send + Sync {
    /// Returns these ports, but with `origin` in every security event that they write.
    fn seen_from(&self, services: &Services, origin: Origin) -> Services;
}

impl Deref for Services {
    type Target = Ports;

    fn deref(&self) -> &Ports {
        &self.0
    }
}

impl From<Ports> for Services {
    fn from(ports: Ports) -> Self {
        Self(Arc::new(ports))
    }
}

impl Services {
    /// The services for one request, or for one command of the operator.
    #[must_use]
    pub fn seen_from(&self, origin: Origin) -> Self {
        self.scope.seen_from(self, origin)
    }
}

/// Settings that the use cases read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The product's name, which is also the issuer in the authenticator.
    pub brand: String,
    /// The URL of the server for users: scheme, host and port, without a path.
    pub public_url: String,
    /// The names of the cookies: `Secure`, with the `__Host-` prefix, if the public URL is https.
    pub cookies: CookieNames,
    /// How many refused sign-ins one address may have (see `domain::session::address_limit`).
    pub address_limit: u32,
    /// Whether a half session may see the names of the Owners who can help with a lost device.
    pub show_helpers: bool,
}
