//! Version 47: a user's one method becomes one of several, and nothing that refers to it is lost.

use std::{fs, path::Path};

use domain::{
    ids::{MethodId, SessionId, UserId},
    ports::{Grant, GrantUse, KeyPurpose, Mfa, StepUp, StepUps},
    second_factor::step_up::{GRANT, Intent},
    time::{TimeStep, Timestamp},
};
use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::support::{
    ContractDatabase, START, engine,
    factors::{FactorParts, WithKey},
    people::code_set,
    sealed,
};

/// Makes the schema of a version.
pub async fn of_version(raw: &AnyPool, newest: i64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut migrations = Vec::new();
    for file in fs::read_dir(folder.join(engine())).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let version: i64 = name[..4].parse().unwrap();
        if version <= newest {
            let sql = AssertSqlSafe(fs::read_to_string(&file).unwrap()).into_sql_str();
            let kind = MigrationType::Simple;
            migrations.push(Migration::new(version, name.into(), kind, sql, false));
        }
    }
    migrations.sort_by_key(|migration| migration.version);
    Migrator::with_migrations(migrations)
        .run(raw)
        .await
        .unwrap();
}

fn text(number: u32) -> String {
    format!("{number:032}")
}

/// A method, the key of its reset in one session, the key of a first set-up in another, and what
/// each session has verified for.
async fn fill(raw: &AnyPool) {
    let millis = START.millis();
    let [method, key] = [sealed(), sealed()].map(|sealed| sealed.bytes);
    let user =
        "INSERT INTO users (id, email, name, created_at) VALUES ($1, 'ada@example.com', 'Ada', 0)";
    sqlx::query(user).bind(text(1)).execute(raw).await.unwrap();
    for (session, token) in [(2, "a"), (3, "b"), (4, "c")] {
        let insert = "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at, second_factor_at) VALUES ($1, $2, $3, $4, $4, $4, $4)";
        sqlx::query(insert)
            .bind(text(session))
            .bind(token.as_bytes().to_vec())
            .bind(text(1))
            .bind(millis)
            .execute(raw)
            .await
            .unwrap();
    }
    let insert = "INSERT INTO mfa_methods (id, user_id, name, key_id, sealed_key, last_step, added_at, used_at) VALUES ($1, $2, 'Work phone', 'key', $3, 77, 5, 6)";
    sqlx::query(insert)
        .bind(text(9))
        .bind(text(1))
        .bind(method)
        .execute(raw)
        .await
        .unwrap();
    for sql in [
        "INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at) VALUES ($1, $2, 'key', $3, $4, '00000000000000000000000000000009', 8)",
        "INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at) VALUES ($1, $2, 'key', $3, $4)",
    ]
    .into_iter()
    .zip([2, 3])
    {
        sqlx::query(sql.0)
            .bind(text(sql.1))
            .bind(text(1))
            .bind(key.clone())
            .bind(millis)
            .execute(raw)
            .await
            .unwrap();
    }
    for (session, action) in [(2, "generate"), (3, "reset"), (4, "delete")] {
        let insert = "INSERT INTO step_ups (session_id, user_id, method_id, action, target, asked_at, granted_at) VALUES ($1, $2, $3, $4, '', $5, $5)";
        sqlx::query(insert)
            .bind(text(session))
            .bind(text(1))
            .bind(text(9))
            .bind(action)
            .bind(millis)
            .execute(raw)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_method_its_pending_reset_and_its_grants_stay() {
    let database = ContractDatabase::empty().await;
    let raw = database.raw().await;
    of_version(&raw, 46).await;
    fill(&raw).await;
    let store = database.another().await;
    assert_eq!(
        store.pending_migrations().await.unwrap()[0],
        "0047_several_methods"
    );
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();

    let user: UserId = text(1).parse().unwrap();
    let id: MethodId = text(9).parse().unwrap();
    let settings = store.settings(&user).await.unwrap();
    assert_eq!(settings.methods.len(), 1);
    let method = settings.default_method().unwrap();
    assert_eq!((&method.id, method.name.as_str()), (&id, "Work phone"));
    assert_eq!(method.last_step(), TimeStep::from_number(77));
    assert_eq!(
        (method.added_at, method.used_at),
        (Timestamp::from_millis(5), Some(Timestamp::from_millis(6)))
    );
    let [own, first, other] =
        [2, 3, 4].map(|number| -> SessionId { text(number).parse().unwrap() });
    let reset = store.pending(&own).await.unwrap().unwrap();
    assert_eq!(reset.purpose, KeyPurpose::Reset(id.clone()));
    assert_eq!(
        (reset.name.as_str(), reset.is_default),
        ("Work phone", true)
    );
    assert_eq!(reset.proved_at, Some(Timestamp::from_millis(8)));
    assert_ne!(reset.key().bytes, method.key().bytes);
    let set_up = store.pending(&first).await.unwrap().unwrap();
    assert_eq!(set_up.purpose, KeyPurpose::First);
    assert_eq!(set_up.name.as_str(), "Authenticator application");

    for (session, intent) in [
        (&own, Intent::Generate),
        (&first, Intent::Reset { method: id.clone() }),
        (&other, Intent::Delete { method: id.clone() }),
    ] {
        let granted = StepUp {
            intent,
            method: id.clone(),
            asked_at: START,
            granted_at: Some(START),
        };
        assert_eq!(store.asked(session).await.unwrap(), Some(granted));
    }
    let grant = Grant {
        session: own.clone(),
        user: user.clone(),
        intent: Intent::Generate,
        lapsed: START.plus(std::time::Duration::from_millis(1)).minus(GRANT),
    };
    let (codes, _) = code_set(&user, &own);
    assert_eq!(store.generate(grant, codes).await.unwrap(), GrantUse::Done);
}
