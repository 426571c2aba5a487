//! Passkeys, inserted directly like their users. All have the same key pair, so that seeding many
//! users takes no time for keys; the ids of their credentials differ, and by these the server finds
//! them.

use std::cell::RefCell;

use anyhow::Result;
use data_encoding::BASE64URL_NOPAD;
use domain::{
    ids::MethodId,
    secrets::vault::Vault,
    webauthn::{
        authenticators::{Aaguid, KeyKind},
        credential::Credential,
        public_key::PublicKey,
        relying_party::RelyingParty,
    },
};
use serde_json::{Value, json};
use sqlx::AnyConnection;
use testkit::software_key::SoftwareKey;

use crate::{
    client::clock,
    seed::{
        people::{SeededPerson, random},
        rows::insert,
    },
    sites::twinlock::PUBLIC_URL,
};

/// A user's passkey. Its provider syncs it, so it does not count, and the next run needs no reset.
pub struct SeededPasskey {
    method: MethodId,
    credential: [u8; 32],
    handle: [u8; 64],
}

impl SeededPasskey {
    /// A passkey with random ids.
    pub fn from_random() -> Result<Self> {
        Ok(Self {
            method: MethodId::from_random(random()?),
            credential: random()?,
            handle: random()?,
        })
    }

    /// The handle by which the passkey knows its user.
    pub fn handle(&self) -> Vec<u8> {
        self.handle.to_vec()
    }
}

/// The key pair of all passkeys, in software that signs with it.
pub struct SharedKey {
    signer: RefCell<SoftwareKey>,
    public_key: PublicKey,
}

impl SharedKey {
    /// Makes a key pair.
    pub fn new() -> Result<Self> {
        let signer = SoftwareKey::synced(PUBLIC_URL);
        Ok(Self {
            public_key: PublicKey::from_cose(&signer.key)?,
            signer: RefCell::new(signer),
        })
    }

    /// The body of the request that answers these options with a user's passkey.
    pub fn sign(&self, passkey: &SeededPasskey, options: &Value) -> String {
        let mut signer = self.signer.borrow_mut();
        signer.id = passkey.credential.to_vec();
        signer.user_handle = Some(BASE64URL_NOPAD.encode(&passkey.handle));
        json!({ "request": signer.sign(options) }).to_string()
    }
}

/// Writes the passkeys of users who are in the database.
pub async fn write(
    all: &mut AnyConnection,
    vault: &Vault,
    key: &SharedKey,
    people: &[SeededPerson],
) -> Result<()> {
    let now = clock::millis();
    let site = RelyingParty::new(PUBLIC_URL, None)?;
    let (mut methods, mut keys) = (Vec::new(), Vec::new());
    for person in people {
        let Some(passkey) = &person.passkey else {
            continue;
        };
        let credential = Credential {
            kind: KeyKind::Passkey,
            id: passkey.credential.to_vec().try_into()?,
            public_key: key.public_key.clone(),
            user_verified: true,
            backup_eligible: true,
            aaguid: Aaguid::default(),
            rp_id: site.id().to_owned(),
        };
        let method = &passkey.method;
        let sealed = vault.seal_credential(&credential, &person.id, method, random()?)?;
        methods.push([
            method.as_str().into(),
            person.id.as_str().into(),
            "Passkey".into(),
            now.into(),
            "passkey".into(),
            0.into(),
        ]);
        keys.push([
            method.as_str().into(),
            passkey.credential[..].into(),
            sealed.key_id.as_str().into(),
            sealed.bytes[..].into(),
            0.into(),
            1.into(),
            1.into(),
            "hybrid internal".into(),
            site.id().into(),
        ]);
    }
    let into = "mfa_methods (id, user_id, name, added_at, kind, is_default)";
    insert(all, into, methods).await?;
    let into = "public_keys (method_id, credential_id, key_id, sealed_key, counter, backup_eligible, backed_up, transports, rp_id)";
    insert(all, into, keys).await
}
