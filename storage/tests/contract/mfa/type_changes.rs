//! A further set-up whose type changes under one grant.

use domain::{
    ports::{GrantUse, KeyPurpose, Mfa, PendingFactor, PendingKey},
    webauthn::authenticators::KeyKind,
};

use crate::support::{
    ContractDatabase, START, later,
    people::{protected, somebody},
};

#[tokio::test]
async fn a_further_set_up_changes_its_type_and_keeps_the_time_of_its_grant() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let waiting = ada.further_public_key(store, KeyKind::Passkey, true).await;
    let other = PendingKey {
        factor: PendingFactor::PublicKey(KeyKind::SecurityKey),
        name: "Blue".parse().unwrap(),
        is_default: false,
        made_at: later(9),
        ..waiting.clone()
    };
    let of_eve = PendingKey {
        user: somebody(store).await,
        ..other.clone()
    };
    let exchange = |key: &PendingKey, at| store.exchange_pending(key.clone(), at);
    assert!(!exchange(&of_eve, START).await.unwrap(), "of another user");
    assert!(
        !exchange(&other, later(1)).await.unwrap(),
        "replaced before"
    );
    assert!(exchange(&other, START).await.unwrap());
    assert!(!exchange(&other, START).await.unwrap(), "once");
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(stands.factor, other.factor);
    assert_eq!((stands.name, stands.is_default), (other.name, false));
    assert_eq!(
        (stands.made_at, stands.proved_at),
        (later(9), Some(START)),
        "{:?}",
        stands.purpose
    );
}

#[tokio::test]
async fn only_a_further_set_up_changes_its_type() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let mut ada = protected(store).await;
    let grant = ada.granted(store, &ada.reset_intent()).await;
    let reset = ada.pending_key(KeyPurpose::Reset(ada.method.clone()));
    let kept = store.keep_pending_with_grant(reset.clone(), grant).await;
    assert_eq!(kept.unwrap(), GrantUse::Done);
    let key = PendingKey {
        factor: PendingFactor::PublicKey(KeyKind::Passkey),
        purpose: KeyPurpose::Further,
        made_at: later(1),
        ..reset
    };
    let exchanged = store.exchange_pending(key, START).await.unwrap();
    assert!(!exchanged);
    let stands = store.pending(&ada.browser.session).await.unwrap().unwrap();
    assert_eq!(stands.purpose, KeyPurpose::Reset(ada.method));
}
