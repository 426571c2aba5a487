//! Parts of applications and keys for tests.

use domain::{
    ids::{MethodId, UserId},
    ports::{
        Activation, KeyActivation, KeyPurpose, KeyUse, MethodFactor, MethodRecord, Mfa, NewFactor,
        PendingFactor, PendingKey, PublicKeyRecord,
    },
    secrets::vault::Sealed,
    time::{TimeStep, Timestamp},
    webauthn::{authenticators::KeyKind, values::Transports},
};
use storage::Store;

use crate::support::{
    START, bits,
    people::{BrowserSession, Protected, activation, browser, codes_of, default_method, somebody},
    sealed,
};

/// What an application, or the one to be, has sealed.
pub trait WithKey {
    fn key(&self) -> &Sealed;
}

impl WithKey for MethodRecord {
    fn key(&self) -> &Sealed {
        match &self.factor {
            MethodFactor::Application { key, .. } => key,
            MethodFactor::PublicKey(_) => panic!("a key has no codes"),
        }
    }
}

impl WithKey for PendingKey {
    fn key(&self) -> &Sealed {
        match &self.factor {
            PendingFactor::Application(key) => key,
            PendingFactor::PublicKey(_) => panic!("nothing is sealed yet"),
        }
    }
}

impl WithKey for Activation {
    fn key(&self) -> &Sealed {
        match &self.factor {
            NewFactor::Application { key, .. } => key,
            NewFactor::PublicKey { .. } => panic!("a key has no codes"),
        }
    }
}

/// The parts of a stored method.
pub trait FactorParts {
    /// The newest step that was burnt.
    fn last_step(&self) -> TimeStep;
    fn public_key(&self) -> &PublicKeyRecord;
}

impl FactorParts for MethodRecord {
    fn last_step(&self) -> TimeStep {
        match self.factor {
            MethodFactor::Application { last_step, .. } => last_step,
            MethodFactor::PublicKey(_) => panic!("a key has no steps"),
        }
    }

    fn public_key(&self) -> &PublicKeyRecord {
        match &self.factor {
            MethodFactor::Application { .. } => panic!("an application has no public key"),
            MethodFactor::PublicKey(key) => key,
        }
    }
}

/// A device-bound key with a new credential, whose counter is 7.
pub fn public_key(kind: KeyKind) -> PublicKeyRecord {
    PublicKeyRecord {
        kind,
        credential: sealed(),
        id: bits::<32>().to_vec().try_into().unwrap(),
        counter: 7,
        backup_eligible: false,
        backed_up: false,
        transports: Transports::from("usb nfc"),
        rp_id: "panel.example.com".to_owned(),
    }
}

/// What a registration of that key makes.
pub fn registered(record: PublicKeyRecord) -> NewFactor {
    NewFactor::PublicKey {
        name: record.kind.name().parse().unwrap(),
        record,
    }
}

/// A set-up of a first key of this kind, made at that time.
pub async fn pending_public_key(
    store: &Store,
    user: &UserId,
    browser: &BrowserSession,
    kind: KeyKind,
    at: Timestamp,
) -> PendingKey {
    let key = PendingKey {
        session: browser.session.clone(),
        user: user.clone(),
        factor: PendingFactor::PublicKey(kind),
        made_at: at,
        purpose: KeyPurpose::First,
        name: kind.name().parse().unwrap(),
        is_default: true,
        proved_at: None,
    };
    let stands = store.keep_pending(key, Timestamp::default()).await;
    stands.unwrap().unwrap()
}

/// A user whose only method is a key of this kind, with a valid set of codes.
pub async fn protected_by_key(store: &Store, kind: KeyKind) -> Protected {
    let user = somebody(store).await;
    let mut browser = browser(store, &user).await;
    let key = pending_public_key(store, &user, &browser, kind, START).await;
    let activation = activation(&key, &browser);
    assert_eq!(
        store.activate(activation.clone()).await.unwrap(),
        KeyActivation::Activated
    );
    browser.token = activation.swap.new;
    Protected {
        user,
        codes: codes_of(&activation),
        method: activation.method,
        browser,
    }
}

/// A signature of that key, judged by one counter and with another one.
pub fn signature(method: &MethodId, judged_by: u32, counter: u32) -> KeyUse {
    KeyUse {
        method: method.clone(),
        kind: KeyKind::SecurityKey,
        judged_by,
        counter,
        backup_eligible: false,
        backed_up: false,
    }
}

/// The key of the user's default method.
pub async fn default_key(store: &Store, person: &Protected) -> PublicKeyRecord {
    let method = default_method(store, &person.user).await.unwrap();
    method.public_key().clone()
}
