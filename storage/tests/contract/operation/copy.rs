//! Copies a whole `SQLite` database into an empty one of the engine under test.

use domain::{
    events::{Actor, Origin},
    ports::{
        Accounts, Attempts, BrowserRecord, Challenges, CodeUse, KnownBrowser, KnownBrowsers, Mfa,
        StepUp, StepUps, Users,
    },
    second_factor::{guess_holder::GuessHolder, lockout::Factor, totp::TotpKey},
    secrets::{
        keys::{DataKeys, KeyRing},
        vault::{KeyId, MasterKey, Sealed},
    },
    webauthn::{
        authenticators::{Aaguid, KeyKind},
        credential::Credential,
        public_key::PublicKey,
    },
};
use sqlx::{AnyPool, AssertSqlSafe, Row, ValueRef, any::AnyRow};
use storage::{CopyError, OpenError, SealedRow, SealedTable, Store, copied_tables};

use crate::support::{
    ContractDatabase, START,
    applications::{draw, enter, restricted, visit},
    bits,
    challenges::{challenge, handle, keep_challenge},
    engine, later, master_key,
    people::{Protected, STRANGER, WithoutCount, browser, pending, protected, somebody},
    stranger, token, vault,
};

fn ring() -> KeyRing {
    KeyRing::new(master_key())
}

fn credential() -> Credential {
    Credential {
        kind: KeyKind::Passkey,
        id: bits::<32>().to_vec().try_into().unwrap(),
        public_key: PublicKey::EdDsa([5; 32]),
        user_verified: true,
        backup_eligible: true,
        aaguid: Aaguid::default(),
        rp_id: "panel.example.com".to_owned(),
    }
}

/// Seals the rows that other tests leave unsealed.
async fn seal_all(store: &Store) {
    for table in SealedTable::ALL {
        let other = KeyId::stored(String::new());
        let rows = store
            .sealed_otherwise(table, &other, "", 100)
            .await
            .unwrap();
        let sealed = rows.into_iter().map(|row| {
            let sealed = if let SealedRow::PublicKey(user, method, _) = &row {
                vault().seal_credential(&credential(), user, method, bits())
            } else {
                vault().seal(&TotpKey::from_random(bits()), row.place(), bits())
            };
            let sealed: Sealed = sealed.ok().unwrap();
            (row, sealed)
        });
        let sealed: Vec<_> = sealed.collect();
        store.reseal(&sealed).await.unwrap();
    }
}

/// A database with rows in every table.
async fn filled_database() -> (ContractDatabase, Protected) {
    let database = ContractDatabase::sqlite().await;
    let store = &database.store;
    store.keep_key_check(&master_key().check()).await.unwrap();
    for purpose in DataKeys::PURPOSES {
        let key = DataKeys::first(&master_key(), purpose, bits())
            .ok()
            .unwrap();
        store.keep_data_key(purpose, &key).await.unwrap();
    }
    let (mut ada, eve) = (protected(store).await, somebody(store).await);
    ada.add_application(store, "Tablet", true, later(1)).await;
    ada.add_key(store, KeyKind::Passkey, true, later(2)).await;
    ada.further_public_key(store, KeyKind::SecurityKey, false)
        .await;
    let challenge = challenge(&ada.user, &ada.browser, START);
    keep_challenge(store, challenge).await;
    store.user_handle(&ada.user, handle()).await.unwrap();
    let other = browser(store, &eve).await;
    pending(store, &eve, &other, START).await;
    store.invite(&eve, token(), later(3600)).await.unwrap();
    let mine = browser(store, &ada.user).await;
    let used = store.use_backup_code(ada.backup_code(&mine, 0)).await;
    assert_eq!(used.unwrap().without_count(), CodeUse::Accepted);
    let mine = browser(store, &ada.user).await;
    let known = KnownBrowser {
        token: token(),
        user: ada.user.clone(),
        session: mine.session.clone(),
        at: START,
    };
    assert_eq!(
        store.remember(known.clone()).await.unwrap(),
        BrowserRecord::Stored
    );
    let asked = StepUp {
        intent: ada.delete_intent(),
        method: ada.method.clone(),
        asked_at: START,
        granted_at: None,
    };
    store.ask(&mine.session, &ada.user, asked).await.unwrap();
    let browser = GuessHolder::KnownBrowser(known.token);
    for holder in [STRANGER, &browser, &mine.holder()] {
        let count = store.count_second_factor(&ada.user, holder, Factor::Application, START);
        count.await.unwrap();
    }
    // Enough to delay the name, which also records its network.
    for _ in 0..5 {
        let count = store.count_password(stranger("eve@example.com"), START);
        count.await.unwrap();
    }
    let place = Accounts::of_user(store, &eve).await.unwrap().remove(0);
    let acme = place.account.id;
    let grafana = restricted(store, "Grafana", std::slice::from_ref(&acme)).await;
    let visit = visit(&grafana, &other.session, Some(&acme));
    enter(store, &visit).await;
    draw(store, &visit).await;
    seal_all(store).await;
    store.beat(START).await.unwrap();
    let chain = vault();
    store
        .seal_events(chain.event_chain(), later(3600))
        .await
        .unwrap();
    // As an older version left it beside a user.
    sqlx::query("INSERT INTO set_up_link (id, token_hash) VALUES (1, $1)")
        .bind(token().as_bytes().as_slice())
        .execute(&database.raw().await)
        .await
        .unwrap();
    // More rows than a page, with a key of two columns.
    let more = "INSERT INTO refused_sign_ins (address, number, refused_at)
                WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 450)
                SELECT '198.51.100.' || (n / 150), n, n FROM many";
    sqlx::query(more)
        .execute(&database.raw().await)
        .await
        .unwrap();
    (database, ada)
}

/// Every row as text, in the same order on both engines.
async fn rows(raw: &AnyPool, table: &str) -> Vec<String> {
    let all = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}")));
    let all = all.fetch_all(raw).await.unwrap();
    let mut rows: Vec<String> = all.iter().map(text).collect();
    rows.sort();
    rows
}

fn text(row: &AnyRow) -> String {
    let value = |at: usize| {
        if row.try_get_raw(at).unwrap().is_null() {
            return "-".to_owned();
        }
        let number = row.try_get::<i64, _>(at).map(|number| number.to_string());
        let text = number.or_else(|_| row.try_get::<String, _>(at).map(|text| format!("{text:?}")));
        text.unwrap_or_else(|_| format!("{:?}", row.get::<Vec<u8>, _>(at)))
    };
    (0..row.len()).map(value).collect::<Vec<_>>().join("|")
}

fn open_target(target: &ContractDatabase) -> Store {
    let origin = Origin::here(Actor::Operator, later(60));
    target.store.seen_from(origin)
}

async fn assert_empty(target: &ContractDatabase) {
    for table in copied_tables() {
        assert_eq!(target.count(table).await, 0, "{table}");
    }
}

/// A migration that creates a table must add it to the list, or this test must state why it is not
/// copied.
#[tokio::test]
async fn no_table_is_forgotten() {
    let database = ContractDatabase::fresh().await;
    let tables = match engine() {
        "sqlite" => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        }
        _ => "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()",
    };
    let there = sqlx::query_scalar(tables)
        .fetch_all(&database.raw().await)
        .await;
    let mut there: Vec<String> = there.unwrap();
    let mut expected: Vec<String> = copied_tables().map(str::to_owned).collect();
    // The tables of the servers, and the migration history.
    expected.extend(["heartbeat", "servers", "_sqlx_migrations"].map(str::to_owned));
    there.sort();
    expected.sort();
    assert_eq!(there, expected);
}

#[tokio::test]
async fn every_row_arrives_as_it_was() {
    let ((source, ada), target) = (filled_database().await, ContractDatabase::empty().await);
    let copied = source
        .store
        .copy_into(&open_target(&target), &ring())
        .await
        .unwrap();
    let (from, to) = (source.raw().await, target.raw().await);
    for (table, count) in copied {
        let (there, mut arrived) = (rows(&from, table).await, rows(&to, table).await);
        assert!(!there.is_empty(), "{table} tests nothing");
        assert_eq!(there.len(), count as usize, "{table}");
        if table == "security_events" {
            arrived.retain(|row| !row.contains("\"database_copy\""));
        }
        assert_eq!(arrived, there, "{table}");
    }
    assert_eq!(target.count("heartbeat").await, 0);

    // Ids and the chain continue after the copied rows.
    let ids = "SELECT id, action FROM security_events ORDER BY id DESC LIMIT 2";
    let ids = sqlx::query(ids).fetch_all(&to).await.unwrap();
    assert_eq!(ids[0].get::<String, _>("action"), "database_copy");
    assert_eq!(ids[0].get::<i64, _>("id"), ids[1].get::<i64, _>("id") + 1);
    let (store, keys) = (&target.store, vault());
    let sealed = store.seal_events(keys.event_chain(), later(7200)).await;
    assert!(sealed.unwrap() > 0);
    let audit = store.verify_events(keys.event_chain()).await.unwrap();
    assert_eq!((audit.faults, audit.waiting), (Vec::new(), 0));

    // Used codes stay used.
    let mine = browser(store, &ada.user).await;
    let used = store.use_backup_code(ada.backup_code(&mine, 0)).await;
    assert_eq!(used.unwrap().without_count(), CodeUse::AlreadyUsed);
    let used = store.use_code(ada.code(&mine, 0)).await;
    assert_eq!(used.unwrap().without_count(), CodeUse::AlreadyUsed);
    let unused = store.use_backup_code(ada.backup_code(&mine, 1)).await;
    assert_eq!(unused.unwrap().without_count(), CodeUse::Accepted);
}

/// Copying back works too, so an operator can return after a trial.
#[tokio::test]
async fn every_row_comes_back_as_it_was() {
    let ((source, _), target) = (filled_database().await, ContractDatabase::empty().await);
    let back = ContractDatabase::sqlite().await;
    let there = source.store.copy_into(&open_target(&target), &ring()).await;
    let returned = target.store.copy_into(&open_target(&back), &ring()).await;
    let (there, returned) = (there.unwrap(), returned.unwrap());
    let (from, to) = (source.raw().await, back.raw().await);
    for ((table, there), (_, returned)) in there.into_iter().zip(returned) {
        let events = u32::from(table == "security_events");
        assert_eq!(returned, there + events, "{table}");
        let mut arrived = rows(&to, table).await;
        arrived.retain(|row| !row.contains("\"database_copy\""));
        assert_eq!(arrived, rows(&from, table).await, "{table}");
    }
}

#[tokio::test]
async fn what_is_not_empty_or_of_an_older_version_stays_as_it_is() {
    let ((source, _), target) = (filled_database().await, ContractDatabase::fresh().await);
    let copy = || async { source.store.copy_into(&open_target(&target), &ring()).await };
    target.store.keep_key_check(&[1; 32]).await.unwrap();
    let refused = copy().await;
    assert!(
        matches!(refused, Err(CopyError::NotEmpty("key_check"))),
        "{refused:?}"
    );
    assert_eq!(target.count("users").await, 0);
    let raw = target.raw().await;
    for sql in [
        "DELETE FROM key_check",
        "DELETE FROM _sqlx_migrations WHERE version = 20",
    ] {
        sqlx::query(sql).execute(&raw).await.unwrap();
    }
    let refused = copy().await;
    assert!(matches!(refused, Err(CopyError::Older)), "{refused:?}");
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'future', TRUE, $1, 0)")
        .bind(&[0_u8][..])
        .execute(&raw)
        .await
        .unwrap();
    let refused = copy().await;
    let is_newer = matches!(refused, Err(CopyError::Open(OpenError::Newer { .. })));
    assert!(is_newer, "{refused:?}");
    assert_empty(&target).await;
}

#[tokio::test]
async fn nothing_stays_where_something_sealed_does_not_open() {
    let ((source, ada), target) = (filled_database().await, ContractDatabase::fresh().await);
    let copy = |ring: KeyRing| {
        let (store, target) = (&source.store, open_target(&target));
        async move { store.copy_into(&target, &ring).await }
    };
    let other = MasterKey::from_random([3; 4], [4; 32]);
    let refused = copy(KeyRing::new(other)).await;
    assert!(matches!(refused, Err(CopyError::Foreign)), "{refused:?}");
    assert_empty(&target).await;

    let raw = source.raw().await;
    let email = "SELECT email FROM users WHERE id = $1";
    let email = sqlx::query_scalar(email).bind(ada.user.as_str().to_owned());
    let email: String = email.fetch_one(&raw).await.unwrap();
    for damage in [
        "UPDATE public_keys SET sealed_key = zeroblob(60)",
        "UPDATE app_keys SET sealed_key = zeroblob(60)",
    ] {
        sqlx::query(damage).execute(&raw).await.unwrap();
        let refused = copy(ring()).await;
        assert!(
            matches!(&refused, Err(CopyError::Sealed(named, _)) if *named == email),
            "{refused:?}"
        );
    }
    let damage = "UPDATE data_keys SET sealed_key = zeroblob(60) WHERE purpose = 'email index'";
    sqlx::query(damage).execute(&raw).await.unwrap();
    let refused = copy(ring()).await;
    assert!(matches!(refused, Err(CopyError::DataKeys)), "{refused:?}");
    assert_empty(&target).await;
}

/// A database that was brought up, but whose server has not started since, lacks the newest key.
#[tokio::test]
async fn a_database_without_the_key_of_assertions_arrives() {
    let ((source, _), target) = (filled_database().await, ContractDatabase::empty().await);
    let older = "DELETE FROM data_keys WHERE purpose = 'application assertions'";
    let raw = source.raw().await;
    sqlx::query(older).execute(&raw).await.unwrap();
    let copied = source.store.copy_into(&open_target(&target), &ring()).await;
    copied.unwrap();
    assert_eq!(
        target.count("data_keys").await,
        3,
        "the next start makes it"
    );
}

#[tokio::test]
async fn nobody_writes_into_the_target_meanwhile() {
    let ((source, _), target) = (filled_database().await, ContractDatabase::fresh().await);
    let other = (source.another().await, target.another().await);
    let (target, ring) = (open_target(&target), ring());
    let (one, two) = tokio::join!(
        source.store.copy_into(&target, &ring),
        other.0.copy_into(&other.1, &ring)
    );
    let refused = [&one, &two].map(|copied| matches!(copied, Err(CopyError::NotEmpty(_))));
    assert!(
        refused[0] != refused[1] && (one.is_ok() != two.is_ok()),
        "{one:?} {two:?}"
    );
}
