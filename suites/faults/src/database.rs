//! Reads the tables directly. Each read opens and closes the database, because a connection that
//! stays open would keep `SQLite`'s shared memory alive over a kill, and no recovery would be
//! tested.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::Duration,
};

use sqlx::{
    AnyConnection, AssertSqlSafe, Connection, Executor, Row,
    any::{AnyRow, install_default_drivers},
    migrate::{Migration, Migrator},
    query,
};

use crate::{
    facts::{EventOutcome, Facts},
    watch,
};

/// The server ends an idle transaction after ten seconds.
const REST: Duration = Duration::from_secs(12);

/// A user's keys in the program's tables.
#[derive(Debug, Clone, Default)]
pub struct PersonKeys {
    pub user: String,
    pub account: String,
    pub email_index: Vec<u8>,
}

/// A stored session.
#[derive(Debug, Clone)]
pub struct StoredSession {
    pub user: String,
    pub second_factor_at: Option<i64>,
    /// Whether the user has a method.
    pub has_method: bool,
    /// Wrong codes in a row within the session.
    pub refused: i64,
}

/// Everything that is compared.
#[derive(Debug, Default)]
pub struct DatabaseState {
    pub users: BTreeMap<String, Facts>,
    /// Sessions by the hash of their token.
    pub sessions: BTreeMap<Vec<u8>, StoredSession>,
    /// Users who gave a second factor, and when.
    pub second_factors: BTreeSet<(String, i64)>,
}

/// An open connection.
pub struct OpenDatabase {
    runtime: tokio::runtime::Runtime,
    connection: AnyConnection,
}

impl OpenDatabase {
    /// Opens a connection.
    pub fn at(url: &str) -> Self {
        install_default_drivers();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connection = runtime.block_on(AnyConnection::connect(url)).unwrap();
        Self {
            runtime,
            connection,
        }
    }

    /// Runs statements.
    pub fn run(&mut self, sql: &str) {
        let done = self.connection.execute(AssertSqlSafe(sql.to_owned()));
        self.runtime.block_on(done).unwrap();
    }

    fn rows(&mut self, sql: &str) -> Vec<AnyRow> {
        let rows = query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.connection);
        self.runtime.block_on(rows).unwrap()
    }

    /// The first column of every row, as text.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let rows = self.rows(sql);
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    /// Applies migrations.
    pub fn migrate(&mut self, migrations: Vec<Migration>) {
        let migrator = Migrator::with_migrations(migrations);
        let done = migrator.run_direct(None, &mut self.connection, false);
        self.runtime.block_on(done).unwrap();
    }

    /// Closes the connection.
    pub fn close(self) {
        self.runtime.block_on(self.connection.close()).unwrap();
    }
}

/// Another program that holds `SQLite`'s write lock.
pub struct ForeignWriter(OpenDatabase);

impl ForeignWriter {
    /// Takes the lock.
    pub fn lock(url: &str) -> Self {
        let mut open = OpenDatabase::at(url);
        open.run("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE");
        Self(open)
    }

    /// Releases the lock.
    pub fn unlock(mut self) {
        self.0.run("ROLLBACK");
        self.0.close();
    }
}

/// Runs statements one by one.
pub fn run_each(url: &str, statements: &[&str]) {
    let mut open = OpenDatabase::at(url);
    for sql in statements {
        open.run(sql);
    }
    open.close();
}

/// Runs a statement.
pub fn run(url: &str, sql: &str) {
    run_each(url, &[sql]);
}

/// The first column of every row, as text.
pub fn texts(url: &str, sql: &str) -> Vec<String> {
    let mut open = OpenDatabase::at(url);
    let texts = open.texts(sql);
    open.close();
    texts
}

/// Waits until no other connection to a `PostgreSQL` database is in a transaction, so that
/// cancelled ones have ended.
pub fn wait_for_rest(url: &str) {
    let others = "SELECT CAST(pid AS TEXT) || ' ' || query FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    let began = watch::now();
    loop {
        let busy = texts(url, others);
        if busy.is_empty() {
            return;
        }
        assert!(began.elapsed() < REST, "still in a transaction: {busy:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The blind indexes of emails with wrong passwords.
pub fn email_indexes(url: &str) -> BTreeSet<Vec<u8>> {
    let mut open = OpenDatabase::at(url);
    let rows = open.rows("SELECT email_index FROM password_attempts");
    open.close();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Users and accounts by their email, each being the Owner of one account.
pub fn owners(url: &str) -> BTreeMap<String, PersonKeys> {
    let mut open = OpenDatabase::at(url);
    let rows = open.rows(
        "SELECT u.email, u.id, p.account_id FROM users u JOIN memberships p ON p.user_id = u.id",
    );
    open.close();
    let names = |row: &AnyRow| PersonKeys {
        user: row.get(1),
        account: row.get(2),
        email_index: Vec::new(),
    };
    rows.iter().map(|row| (row.get(0), names(row))).collect()
}

/// Reads everything about these users.
pub fn look(url: &str, people: &[PersonKeys]) -> DatabaseState {
    let mut open = OpenDatabase::at(url);
    let mut look = DatabaseState::default();
    let by = |name: fn(&PersonKeys) -> Vec<u8>| -> BTreeMap<Vec<u8>, String> {
        let pairs = people.iter().map(|names| (name(names), names.user.clone()));
        pairs.collect()
    };
    let (by_account, by_email) = (
        by(|names| names.account.clone().into_bytes()),
        by(|names| names.email_index.clone()),
    );
    for names in people {
        look.users.insert(names.user.clone(), Facts::default());
    }
    let mut facts = |user: &str, change: &dyn Fn(&mut Facts)| {
        if let Some(facts) = look.users.get_mut(user) {
            change(facts);
        }
    };
    for row in open.rows(
        "SELECT m.user_id, k.last_step, m.name FROM mfa_methods m JOIN app_keys k ON k.method_id = m.id WHERE m.is_default = 1",
    ) {
        facts(row.get(0), &|facts| {
            facts.last_step = Some(row.get(1));
            facts.name = Some(row.get(2));
        });
    }
    for row in open.rows(
        "SELECT s.user_id, COUNT(b.used_at), COUNT(b.id) FROM code_sets s JOIN backup_codes b ON b.set_id = s.id
         WHERE s.is_valid = 1 GROUP BY s.user_id",
    ) {
        facts(row.get(0), &|facts| {
            facts.codes_used = row.get(1);
            facts.codes_left = row.get::<i64, _>(2) - facts.codes_used;
        });
    }
    for row in open.rows("SELECT user_id, in_a_row FROM attempts") {
        facts(row.get(0), &|facts| facts.in_a_row = row.get(1));
    }
    for row in open.rows("SELECT email_index, failures FROM password_attempts") {
        if let Some(user) = by_email.get(&row.get::<Vec<u8>, _>(0)) {
            facts(user, &|facts| facts.wrong_passwords = row.get(1));
        }
    }
    for row in open.rows("SELECT id, require_mfa FROM accounts") {
        if let Some(user) = by_account.get(row.get::<String, _>(0).as_bytes()) {
            facts(user, &|facts| facts.rule = row.get::<i64, _>(1) == 1);
        }
    }
    for row in open.rows(
        "SELECT subject, account, email_index, action, outcome, CAST(SUM(times) AS BIGINT) FROM security_events
         WHERE outcome NOT IN ('limited', 'denied') AND action NOT IN ('user_add', 'account_add', 'member_add')
         GROUP BY subject, account, email_index, action, outcome",
    ) {
        let subject: Option<String> = row.get(0);
        let account: Option<String> = row.get(1);
        let email: Option<Vec<u8>> = row.get(2);
        let user = subject
            .or_else(|| by_account.get(account?.as_bytes()).cloned())
            .or_else(|| by_email.get(&email?).cloned());
        let ended = match row.get::<String, _>(4).as_str() {
            "succeeded" => EventOutcome::Done,
            "owed" => EventOutcome::Owed,
            _ => EventOutcome::Refused,
        };
        if let Some(user) = user {
            facts(&user, &|facts| facts.note(row.get(3), ended, row.get(5)));
        }
    }
    sessions(&mut open, &mut look);
    open.close();
    look
}

fn sessions(open: &mut OpenDatabase, look: &mut DatabaseState) {
    for row in open.rows(
        "SELECT s.token_hash, s.user_id, s.second_factor_at, CASE WHEN m.id IS NULL THEN 0 ELSE 1 END, a.in_a_row
         FROM sessions s LEFT JOIN mfa_methods m ON m.user_id = s.user_id AND m.is_default = 1 LEFT JOIN session_attempts a ON a.session_id = s.id",
    ) {
        let session = StoredSession {
            user: row.get(1),
            second_factor_at: row.get(2),
            has_method: one(&row, 3),
            refused: row.get::<Option<i64>, _>(4).unwrap_or_default(),
        };
        look.sessions.insert(row.get(0), session);
    }
    let given = open.rows(
        "SELECT subject, at FROM security_events WHERE outcome = 'succeeded' AND subject IS NOT NULL
         AND action IN ('second_factor', 'set_up_confirm', 'reset_confirm')",
    );
    look.second_factors = given.iter().map(|row| (row.get(0), row.get(1))).collect();
}

/// The number is 64 bits wide on one engine and 32 on the other.
fn one(row: &AnyRow, column: usize) -> bool {
    row.try_get::<i64, _>(column)
        .or_else(|_| row.try_get::<i32, _>(column).map(i64::from))
        .unwrap()
        == 1
}

/// The faults that `SQLite` itself finds in a file.
pub fn damage(url: &str) -> Vec<String> {
    let found = texts(url, "PRAGMA integrity_check");
    let mut damage: Vec<String> = found.into_iter().filter(|line| line != "ok").collect();
    damage.extend(
        texts(url, "SELECT \"table\" FROM pragma_foreign_key_check")
            .into_iter()
            .map(|table| format!("a row of {table} refers to nothing")),
    );
    damage
}
