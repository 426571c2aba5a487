//! What is asked often reads by indexes: no table from end to end. On the `PostgreSQL` server that `TWINLOCK_TEST_POSTGRES` names, if it
//! does, and in a `SQLite` file otherwise.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

use rstest::rstest;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row, query};

use crate::{Store, accounts, engine::Engine, member_list, members, password_tries, sessions};

/// Some thousand people with an account, a session and a browser each, half of them with an authenticator. By fewer a server would rather
/// read a table as a whole.
const FILL: [&str; 10] = [
    "INSERT INTO users (id, email, name, name_folded, created_at) SELECT n, n || '@example.com', n, n, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO accounts (id, name, name_folded, created_at) SELECT n, n, n, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO memberships (user_id, account_id, role) SELECT n, n, 'owner' FROM generate_series(1, 5000) n",
    "INSERT INTO memberships (user_id, account_id, role) SELECT n, n % 5000 + 1, 'member' FROM generate_series(1, 5000) n",
    "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at) SELECT n, CAST(CAST(n AS TEXT) AS BYTEA), n, 0, 0, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO mfa_methods (id, user_id, name, key_id, sealed_key, last_step, added_at) SELECT n, n, n, 'a', '', 0, 0 FROM generate_series(1, 5000, 2) n",
    "INSERT INTO attempts (user_id) SELECT n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), n, 0, 0, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO refused_sign_ins (address, number, refused_at) SELECT n % 500, n, n FROM generate_series(1, 5000) n",
    "ANALYZE users, accounts, memberships, sessions, mfa_methods, attempts, known_browsers, refused_sign_ins",
];

#[rstest]
#[case::on_every_request(sessions::FIND, 1)]
#[case::accounts_of_a_person(accounts::OF_USER, 1)]
#[case::page_of_members(member_list::PAGE, 7)]
#[case::count_of_members(member_list::MATCHING, 4)]
#[case::one_member(member_list::ONE, 4)]
#[case::helpers(members::HELPERS, 1)]
#[case::right_to_reset(members::MAY_RESET, 3)]
#[case::known_browser(password_tries::OF_BROWSER, 3)]
#[case::refused_of_an_address(password_tries::OLDEST, 2)]
#[tokio::test]
async fn no_table_is_read_from_end_to_end(#[case] sql: &'static str, #[case] values: usize) {
    let folder = tempfile::tempdir().unwrap();
    let url = match env::var("TWINLOCK_TEST_POSTGRES") {
        Ok(server) => schema_on(&server).await,
        Err(_) => format!("sqlite:{}", folder.path().join("twinlock.db").display()),
    };
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    match store.engine() {
        Engine::Sqlite => sqlite(&store, sql, values).await,
        Engine::Postgres => postgres(&store, sql, values).await,
    }
}

async fn sqlite(store: &Store, sql: &str, values: usize) {
    let explain = query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    let explain = (0..values).fold(explain, |explain, _| explain.bind("1"));
    let plan = store.rows(explain).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
    assert!(
        plan.iter()
            .any(|step| step.contains("USING INDEX") || step.contains("USING COVERING INDEX")),
        "{plan:?}"
    );
    // `s` is the page itself, read once it is sorted.
    let scans = |step: &&String| step.starts_with("SCAN") && step.as_str() != "SCAN s";
    assert_eq!(plan.iter().find(scans), None, "{plan:?}");
}

async fn postgres(store: &Store, sql: &str, values: usize) {
    for fill in FILL {
        store.writer().execute(fill).await.unwrap();
    }
    // A text of no type yet, which the server takes for whatever stands there.
    let number = |sql: String, number| sql.replace(&format!("${number}"), "'1'");
    let sql = (1..=values).rev().fold(sql.to_owned(), number);
    let explain = query(AssertSqlSafe(format!("EXPLAIN {sql}")));
    let plan = store.rows(explain).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let has = |words: &str| plan.iter().any(|step| step.contains(words));
    assert!(has("Index") && !has("Seq Scan"), "{}", plan.join("\n"));
}

/// A schema of its own.
async fn schema_on(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("plans_{}_{number}", process::id());
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    connection.execute(AssertSqlSafe(create)).await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options=-csearch_path%3D{schema}")
}
