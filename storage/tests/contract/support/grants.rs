//! Step-ups for tests.

use std::time::Duration;

use domain::{
    ids::MethodId,
    ports::{
        Activation, CodeUse, Grant, GrantUse, KeyActivation, KeyPurpose, MethodFactor, Mfa,
        PendingFactor, PendingKey, Proof, StepUp, StepUps, Verification,
    },
    second_factor::step_up::{GRANT, Intent},
    time::{TimeStep, Timestamp},
    webauthn::authenticators::KeyKind,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START,
    factors::signature,
    people::{BrowserSession, Protected, activation},
    sealed,
};

impl Protected {
    /// The method that the intent names, else the user's first one.
    fn asked_method(&self, intent: &Intent) -> MethodId {
        intent.method().unwrap_or(&self.method).clone()
    }

    pub fn asked(&self, intent: &Intent) -> StepUp {
        StepUp {
            intent: intent.clone(),
            method: self.asked_method(intent),
            asked_at: START,
            granted_at: None,
        }
    }

    pub fn verification(
        &self,
        browser: &BrowserSession,
        intent: &Intent,
        proof: Proof,
    ) -> Verification {
        Verification {
            swap: browser.swap(),
            user: self.user.clone(),
            intent: intent.clone(),
            method: self.asked_method(intent),
            proof,
            at: START,
        }
    }

    /// A grant for an action, given at `START` and used at once.
    pub fn grant(&self, intent: &Intent) -> Grant {
        Grant {
            session: self.browser.session.clone(),
            user: self.user.clone(),
            intent: intent.clone(),
            lapsed: START.plus(Duration::from_millis(1)).minus(GRANT),
        }
    }

    /// The intent to replace the user's first method.
    pub fn reset_intent(&self) -> Intent {
        Intent::Reset {
            method: self.method.clone(),
        }
    }

    /// The intent to delete the user's first method.
    pub fn delete_intent(&self) -> Intent {
        Intent::Delete {
            method: self.method.clone(),
        }
    }

    /// A step of the user's first method.
    pub fn step_proof(&self, step: TimeStep) -> Proof {
        Proof::Step {
            method: self.method.clone(),
            step,
        }
    }

    pub fn backup_proof(&self, index: usize) -> Proof {
        Proof::BackupCode(self.codes.codes[index].id.clone())
    }

    /// Requests and verifies in the user's own session, with an unused step.
    pub async fn granted(&mut self, store: &Store, intent: &Intent) -> Grant {
        let proof = fresh_step(store, self).await;
        let session = &self.browser.session;
        store
            .ask(session, &self.user, self.asked(intent))
            .await
            .unwrap();
        let verification = self.verification(&self.browser, intent, proof);
        let new = verification.swap.new;
        assert_eq!(store.verify(verification).await.unwrap(), CodeUse::Accepted);
        self.browser.token = new;
        self.grant(intent)
    }
}

impl Protected {
    /// A key of the user's own session for this purpose, made at `START`.
    pub fn pending_key(&self, purpose: KeyPurpose) -> PendingKey {
        PendingKey {
            session: self.browser.session.clone(),
            user: self.user.clone(),
            factor: PendingFactor::Application(sealed()),
            made_at: START,
            purpose,
            name: "Authenticator application".parse().unwrap(),
            is_default: true,
            proved_at: None,
        }
    }

    /// The key of one more application, stored with its grant.
    pub async fn further_key(&mut self, store: &Store, name: &str, is_default: bool) -> PendingKey {
        let key = PendingKey {
            name: name.parse().unwrap(),
            is_default,
            ..self.pending_key(KeyPurpose::Further)
        };
        self.keep_granted(store, key).await
    }

    /// The set-up of one more passkey or security key, stored with its grant.
    pub async fn further_public_key(
        &mut self,
        store: &Store,
        kind: KeyKind,
        is_default: bool,
    ) -> PendingKey {
        let key = PendingKey {
            factor: PendingFactor::PublicKey(kind),
            name: kind.name().parse().unwrap(),
            is_default,
            ..self.pending_key(KeyPurpose::Further)
        };
        self.keep_granted(store, key).await
    }

    async fn keep_granted(&mut self, store: &Store, key: PendingKey) -> PendingKey {
        let grant = self.granted(store, &Intent::Add).await;
        let kept = store.keep_pending_with_grant(key.clone(), grant).await;
        assert_eq!(kept.unwrap(), GrantUse::Done);
        key
    }

    /// Adds one more application of that name. Returns its method.
    pub async fn add_application(
        &mut self,
        store: &Store,
        name: &str,
        is_default: bool,
        at: Timestamp,
    ) -> MethodId {
        let key = self.further_key(store, name, is_default).await;
        self.add(store, &key, at).await
    }

    /// Adds one more passkey or security key. Returns its method.
    pub async fn add_key(
        &mut self,
        store: &Store,
        kind: KeyKind,
        is_default: bool,
        at: Timestamp,
    ) -> MethodId {
        let key = self.further_public_key(store, kind, is_default).await;
        self.add(store, &key, at).await
    }

    async fn add(&mut self, store: &Store, key: &PendingKey, at: Timestamp) -> MethodId {
        let activation = Activation {
            at,
            ..activation(key, &self.browser)
        };
        let (new, method) = (activation.swap.new, activation.method.clone());
        assert_eq!(
            store.activate(activation).await.unwrap(),
            KeyActivation::Activated
        );
        self.browser.token = new;
        method
    }
}

/// The step after the newest burnt one of the user's first method, or a signature of that method.
pub async fn fresh_step(store: &Store, person: &Protected) -> Proof {
    let settings = store.settings(&person.user).await.unwrap();
    let method = settings.find(&person.method).unwrap();
    match &method.factor {
        MethodFactor::Application { last_step, .. } => person.step_proof(last_step.offset(1)),
        MethodFactor::PublicKey(key) => {
            Proof::Key(signature(&method.id, key.counter, key.counter + 1))
        }
    }
}

/// When the session signed in with a backup code, if that still allows a verification.
pub async fn recovered_at(
    database: &ContractDatabase,
    browser: &BrowserSession,
) -> Option<Timestamp> {
    let sql = "SELECT recovered_at FROM sessions WHERE id = $1";
    let at: Option<i64> = sqlx::query_scalar(sql)
        .bind(browser.session.as_str())
        .fetch_one(&database.raw().await)
        .await
        .unwrap();
    at.map(Timestamp::from_millis)
}
