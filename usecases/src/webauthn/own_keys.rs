//! The keys of the caller's user, as their sealed rows hold them.

use domain::{
    events::{Action, Event, MethodKind, Outcome},
    ids::MethodId,
    ports::{MethodFactor, MfaSettings, PublicKeyRecord},
    webauthn::{
        authentication::StoredCredential, credential::Credential, options::CredentialDescriptor,
        values::CredentialId,
    },
};

use super::challenges::relying_party;
use crate::{Context, UseCaseError, error_events::record_damage};

/// A key that works at this site.
pub(super) struct OwnKey {
    pub(super) method: MethodId,
    pub(super) credential: Credential,
    /// The signature counter of the last answer.
    pub(super) counter: u32,
    pub(super) descriptor: CredentialDescriptor,
}

impl OwnKey {
    /// The key as the rules judge by it.
    pub(super) fn stored(&self) -> StoredCredential {
        StoredCredential {
            id: self.credential.id.clone(),
            public_key: self.credential.public_key.clone(),
            counter: self.counter,
            backup_eligible: self.credential.backup_eligible,
        }
    }
}

/// The keys of a user at this site.
pub(super) struct OwnKeys {
    /// The keys that can be used, in the order of the methods.
    pub(super) usable: Vec<OwnKey>,
    /// The ids of keys whose sealed row does not open, as their row names them.
    pub(super) damaged: Vec<CredentialId>,
}

/// Opens the keys of the caller's user. A key whose row does not open is left out, and recorded if
/// that may be an attack.
pub(super) async fn open(
    context: &Context,
    settings: &MfaSettings,
    action: Action,
) -> Result<OwnKeys, UseCaseError> {
    let (site, user) = (relying_party(context)?, &context.caller()?.session.user);
    let vault = &context.services.vault;
    let mut found = OwnKeys {
        usable: Vec::new(),
        damaged: Vec::new(),
    };
    for method in &settings.methods {
        let MethodFactor::PublicKey(record) = &method.factor else {
            continue;
        };
        match vault.open_credential(&record.credential, user, &method.id) {
            Ok(credential) if credential.rp_id == site.id() => found.usable.push(OwnKey {
                method: method.id.clone(),
                counter: record.counter,
                descriptor: CredentialDescriptor {
                    id: credential.id.clone(),
                    transports: record.transports.clone(),
                },
                credential,
            }),
            // Browsers keep the keys of another RP ID for that one.
            Ok(_) => {}
            Err(error) => {
                tracing::error!(method = %method.id, %error, "a stored credential does not open");
                // A server without the master key can't tell whether the row was changed.
                if vault.knows(&record.credential.key_id) {
                    let kind = MethodKind::from(method.factor.method_type());
                    let event = Event::new(action, Outcome::Damaged).of(user).with(kind);
                    record_damage(context, Some(event)).await;
                }
                found.damaged.push(record.id.clone());
            }
        }
    }
    Ok(found)
}

/// All keys of a user as their rows name them, so that no device is set up twice.
pub(super) fn descriptors(settings: &MfaSettings) -> Vec<CredentialDescriptor> {
    let descriptor = |record: &PublicKeyRecord| CredentialDescriptor {
        id: record.id.clone(),
        transports: record.transports.clone(),
    };
    let methods = settings.methods.iter();
    methods
        .filter_map(|method| match &method.factor {
            MethodFactor::PublicKey(record) => Some(descriptor(record)),
            MethodFactor::Application { .. } => None,
        })
        .collect()
}
