//! The services that the use cases need, assembled by the server.

use std::sync::Arc;

use domain::{
    events::Origin,
    ports::{
        Accounts, Applications, Attempts, Challenges, Clock, Entropy, Events, Hasher, Imports,
        KnownBrowsers, Members, Mfa, PasswordChanges, Sessions, StepUps, Users,
    },
    secrets::vault::Vault,
    webauthn::{public_key::Signatures, relying_party::RelyingParty},
};

use crate::CookieNames;

/// The ports and the settings.
///
/// The ports of the store record one origin with everything that they write. [`Self::seen_from`]
/// returns the services of another origin.
#[derive(Clone)]
pub struct Services {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
    /// Argon2id.
    pub hasher: Arc<dyn Hasher>,
    /// The check of signatures of passkeys and security keys.
    pub signatures: Arc<dyn Signatures>,
    /// Users.
    pub users: Arc<dyn Users>,
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Who belongs to which account.
    pub members: Arc<dyn Members>,
    /// Applications behind Twinlock.
    pub applications: Arc<dyn Applications>,
    /// Identity verifications within a session.
    pub step_ups: Arc<dyn StepUps>,
    /// Methods and backup codes.
    pub mfa: Arc<dyn Mfa>,
    /// Challenges of passkeys and security keys.
    pub challenges: Arc<dyn Challenges>,
    /// Attempts.
    pub attempts: Arc<dyn Attempts>,
    /// Security events that are not part of another change.
    pub events: Arc<dyn Events>,
    /// Browsers that completed a sign-in before.
    pub known_browsers: Arc<dyn KnownBrowsers>,
    /// People from other programs, and their passwords.
    pub imports: Arc<dyn Imports>,
    /// Changes of a user's own password.
    pub password_changes: Arc<dyn PasswordChanges>,
    /// Keys that seal and index.
    pub vault: Arc<Vault>,
    /// Settings.
    pub settings: Arc<Settings>,
    /// Replaces the ports of the store by those of another origin.
    pub with_origin: WithOrigin,
}

/// Returns the given services with store ports that record the given origin.
pub type WithOrigin = Arc<dyn Fn(&Services, Origin) -> Services + Send + Sync>;

impl Services {
    /// The services for one request, or for one command of the operator: every security event that
    /// they write has this origin.
    #[must_use]
    pub fn seen_from(&self, origin: Origin) -> Self {
        (self.with_origin)(self, origin)
    }
}

/// Settings that the use cases read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The product's name, which is also the issuer in the authenticator.
    pub brand: String,
    /// The URL of the server for users: scheme, host and port, without a path.
    pub public_url: String,
    /// The site as passkeys and security keys know it; none if the public URL can't carry any.
    pub relying_party: Option<RelyingParty>,
    /// The names of the cookies: `Secure`, with the `__Host-` prefix, if the public URL is https.
    pub cookies: CookieNames,
    /// How many refused sign-ins one address may have (see `domain::session::address_limit`).
    pub address_limit: u32,
    /// Whether a half session may see the names of the Owners who can help with a lost device.
    pub show_helpers: bool,
}
