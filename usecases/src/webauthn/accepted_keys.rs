//! What browsers may tell the providers of keys about a user.

use domain::{events::Action, webauthn::options::ProviderSignals};

use super::{challenges::relying_party, own_keys};
use crate::{Context, UseCaseError, secret_text::ResponseSecret};

/// The texts for the browser's two signals.
pub(crate) struct Signals {
    pub(crate) credentials: ResponseSecret,
    pub(crate) user: ResponseSecret,
}

/// The keys that the site accepts from the caller; none if they never set one up, or if the list is
/// not complete. A provider hides a key that is missing in the list.
pub(crate) async fn signals(context: &Context) -> Result<Option<Signals>, UseCaseError> {
    let Ok(site) = relying_party(context) else {
        return Ok(None);
    };
    let (session, services) = (&context.caller()?.session, &context.services);
    let Some(handle) = services.challenges.known_handle(&session.user).await? else {
        return Ok(None);
    };
    let settings = services.mfa.settings(&session.user).await?;
    let keys = own_keys::open(context, &settings, Action::MethodTest).await?;
    if !keys.damaged.is_empty() {
        return Ok(None);
    }
    let ids = keys.usable.into_iter().map(|key| key.credential.id);
    let signals = ProviderSignals {
        relying_party: site,
        user_handle: &handle,
    };
    let accepted = signals.accepted_credentials(&ids.collect::<Vec<_>>());
    let user = signals.user_details(session.email.as_str(), session.name.as_str());
    Ok(Some(Signals {
        credentials: ResponseSecret::new(accepted),
        user: ResponseSecret::new(user),
    }))
}
