//! Version 48: pending keys may be those of passkeys and security keys, and what was pending stays.

use domain::{
    ids::{SessionId, UserId},
    ports::{Challenges, KeyPurpose, Mfa, PendingFactor, PendingKey},
    time::Timestamp,
    webauthn::authenticators::KeyKind,
};
use sqlx::AnyPool;

use crate::{
    engine::several_methods::of_version,
    support::{
        ContractDatabase, START,
        challenges::handle,
        factors::{FactorParts, WithKey},
        later, sealed,
    },
};

fn text(number: u32) -> String {
    format!("{number:032}")
}

/// A user with one application, and in each of three sessions the key of a first set-up, of a
/// further method, and of a reset.
async fn fill(raw: &AnyPool) {
    for sql in [
        "INSERT INTO users (id, email, name, created_at) VALUES ('00000000000000000000000000000001', 'ada@example.com', 'Ada', 0)",
        "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) VALUES ('00000000000000000000000000000009', '00000000000000000000000000000001', 'Work phone', 5, 'application', 1)",
    ] {
        sqlx::query(sql).execute(raw).await.unwrap();
    }
    sqlx::query("INSERT INTO app_keys (method_id, key_id, sealed_key, last_step) VALUES ($1, 'key', $2, 77)")
        .bind(text(9))
        .bind(sealed().bytes)
        .execute(raw)
        .await
        .unwrap();
    for (session, replaces, proved_at) in [
        (2, None, None),
        (3, None, Some(8_i64)),
        (4, Some(text(9)), Some(8)),
    ] {
        let insert = "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at) VALUES ($1, $2, $3, $4, $4, $4)";
        sqlx::query(insert)
            .bind(text(session))
            .bind(text(session).into_bytes())
            .bind(text(1))
            .bind(START.millis())
            .execute(raw)
            .await
            .unwrap();
        let insert = "INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at, name, is_default) VALUES ($1, $2, 'key', $3, $4, $5, $6, 'Tablet', 0)";
        sqlx::query(insert)
            .bind(text(session))
            .bind(text(1))
            .bind(vec![u8::try_from(session).unwrap(); 60])
            .bind(START.millis())
            .bind(replaces)
            .bind(proved_at)
            .execute(raw)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn every_key_that_was_pending_stays() {
    let database = ContractDatabase::empty().await;
    let raw = database.raw().await;
    of_version(&raw, 47).await;
    fill(&raw).await;
    let store = database.another().await;
    assert_eq!(
        store.pending_migrations().await.unwrap(),
        [
            "0048_public_keys",
            "0049_answered_challenges",
            "0050_imported_passwords",
            "0051_applications",
        ]
    );
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();

    let method = text(9).parse().unwrap();
    for (session, purpose, proved_at) in [
        (2, KeyPurpose::First, None),
        (3, KeyPurpose::Further, Some(Timestamp::from_millis(8))),
        (
            4,
            KeyPurpose::Reset(method),
            Some(Timestamp::from_millis(8)),
        ),
    ] {
        let id: SessionId = text(session).parse().unwrap();
        let stands = store.pending(&id).await.unwrap().unwrap();
        assert_eq!(stands.key().bytes, [u8::try_from(session).unwrap(); 60]);
        assert_eq!(stands.key().key_id.as_str(), "key");
        assert_eq!((stands.purpose, stands.made_at), (purpose, START));
        assert_eq!(stands.proved_at, proved_at);
        assert_eq!((stands.name.as_str(), stands.is_default), ("Tablet", false));
    }
    let user: UserId = text(1).parse().unwrap();
    let settings = store.settings(&user).await.unwrap();
    assert_eq!(settings.methods[0].last_step().number(), 77);

    // The new columns and tables work beside the old rows.
    assert_eq!(store.known_handle(&user).await.unwrap(), None);
    let drawn = handle();
    let kept = store.user_handle(&user, drawn.clone()).await.unwrap();
    assert!(kept == drawn);
    let first = store.pending(&text(2).parse().unwrap()).await;
    let passkey = PendingKey {
        factor: PendingFactor::PublicKey(KeyKind::Passkey),
        made_at: later(1),
        ..first.unwrap().unwrap()
    };
    let stands = store.keep_pending(passkey.clone(), Timestamp::default());
    assert_eq!(stands.await.unwrap().unwrap().factor, passkey.factor);
}

/// A row that neither seals a key nor is one of a passkey is refused by the table itself.
#[tokio::test]
async fn a_pending_application_has_its_key_and_a_pending_passkey_has_none() {
    let database = ContractDatabase::fresh().await;
    let raw = database.raw().await;
    sqlx::query(
        "INSERT INTO users (id, email, name, created_at) VALUES ('1', 'ada@example.com', 'Ada', 0)",
    )
    .execute(&raw)
    .await
    .unwrap();
    sqlx::query("INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at) VALUES ('2', $1, '1', 0, 0, 0)")
        .bind(vec![1_u8; 32])
        .execute(&raw)
        .await
        .unwrap();
    for (kind, key_id, sealed_key, is_right) in [
        ("application", None, None, false),
        ("application", Some("key"), None, false),
        ("passkey", Some("key"), Some(vec![1_u8; 60]), false),
        ("passkey", None, Some(vec![1; 60]), false),
        ("telephone", None, None, false),
        ("security_key", None, None, true),
    ] {
        let insert = "INSERT INTO pending_keys (session_id, user_id, kind, key_id, sealed_key, made_at, name, is_default) VALUES ('2', '1', $1, $2, $3, 0, 'Tablet', 1)";
        let inserted = sqlx::query(insert)
            .bind(kind)
            .bind(key_id.map(str::to_owned))
            .bind(sealed_key)
            .execute(&raw)
            .await;
        assert_eq!(inserted.is_ok(), is_right, "{kind}");
    }
}
