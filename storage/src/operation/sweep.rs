//! Deletes rows that no rule reads any more, so that tables stay small. No rule relies on the
//! deletion, because all check timestamps.

use std::time::Duration;

use domain::{
    door::CODE_LIFETIME,
    ports::PortError,
    second_factor::{
        enrolment::PENDING_KEY,
        step_up::{GRANT, INTENT},
    },
    session::{
        address_limit::WINDOW,
        facts::{ABSOLUTE, IDLE},
        known_browser::KNOWN,
        network_budget::BETWEEN,
        sign_in_delay::MEMORY,
    },
    time::Timestamp,
    webauthn::options::CEREMONY,
};
use sqlx::AssertSqlSafe;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        statement::{Statement, query},
        transaction::EventNote,
    },
};

/// Rows per transaction. Other writers wait for a few milliseconds.
pub const BATCH: i64 = 200;
/// Expired rows stay this long, because another server's clock may be behind, and a late user still
/// gets the message that it expired.
const LATE: Duration = Duration::from_hours(1);

/// Dead rows of one table: those whose indexed column `at` lies before the limit `$1`.
struct ExpiredRows {
    table: &'static str,
    key: &'static str,
    at: &'static str,
    age: Duration,
    /// A second column that must lie before another limit, `$2`.
    also: Option<(&'static str, Duration)>,
}

impl ExpiredRows {
    const fn new(table: &'static str, key: &'static str, at: &'static str, age: Duration) -> Self {
        Self {
            table,
            key,
            at,
            age,
            also: None,
        }
    }
}

/// Rows that depend on a session or a known browser (`session_attempts`, `browser_attempts`,
/// `application_sessions`) are deleted by their foreign key.
/// `attempts`, `code_sets` and `set_up_link` are bounded: one row per user, or one in all. Security
/// events have their own rule.
const DEAD: [ExpiredRows; 11] = [
    ExpiredRows::new("sessions", "id", "seen_at", IDLE),
    ExpiredRows::new("sessions", "id", "opened_at", ABSOLUTE),
    ExpiredRows::new("pending_keys", "session_id", "made_at", PENDING_KEY),
    ExpiredRows::new("challenges", "challenge_hash", "made_at", CEREMONY),
    ExpiredRows::new("application_codes", "code_hash", "made_at", CODE_LIFETIME),
    ExpiredRows {
        also: Some(("COALESCE(granted_at, asked_at)", GRANT)),
        ..ExpiredRows::new("step_ups", "session_id", "asked_at", INTENT)
    },
    ExpiredRows::new("invitations", "token_hash", "expires_at", Duration::ZERO),
    ExpiredRows::new("known_browsers", "token_hash", "seen_at", KNOWN),
    ExpiredRows::new("password_attempts", "email_index", "allowed_at", MEMORY),
    ExpiredRows::new("refused_sign_ins", "address, number", "refused_at", WINDOW),
    ExpiredRows::new("network_tries", "email_index, network", "tried_at", BETWEEN),
];

/// The maximum number of account names with failed passwords, because strangers can invent names.
/// Beyond that, those with the fewest failures are deleted, the oldest first. A deleted name gets
/// its four free attempts again.
const NAMES: i64 = 100_000;

impl Store {
    /// Deletes at most `BATCH` dead rows per table, each table in its own transaction; returns
    /// the number and the first error. A table that fails does not stop the others. Takes no lock
    /// if nothing is dead.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "sweep.sweep"))]
    pub async fn sweep(&self, now: Timestamp) -> (u64, Result<(), PortError>) {
        let (mut count, mut done) = (0, Ok(()));
        for dead in &DEAD {
            match self.sweep_table(dead, now).await {
                Ok(some) => count += some,
                Err(error) => done = done.and(Err(error)),
            }
        }
        match self.sweep_names(NAMES).await {
            Ok(some) => (count + some, done),
            Err(error) => (count, done.and(Err(error))),
        }
    }

    /// Deletes at most [`BATCH`] of the surplus names.
    async fn sweep_names(&self, most: i64) -> Result<u64, PortError> {
        const ANY: &str = "
            SELECT 1
            FROM password_attempts
            ORDER BY failures DESC, allowed_at DESC
            LIMIT 1 OFFSET $1";
        if !self.exists(query(ANY).bind(most)).await? {
            return Ok(0);
        }
        let passing = self.engine().pass_by_locked();
        let delete = format!(
            "WITH dead AS MATERIALIZED (
                 SELECT email_index
                 FROM password_attempts
                 ORDER BY failures DESC, allowed_at DESC
                 LIMIT $1 OFFSET $2
                 {passing}
             )
             DELETE FROM password_attempts
             WHERE email_index IN (SELECT email_index FROM dead)"
        );
        let delete: Statement = query(AssertSqlSafe(delete));
        let mut write = self.write().await?;
        let count = write.run(delete.bind(BATCH).bind(most)).await?;
        // Strangers invented these names, so that no event is needed.
        write.commit(EventNote::Nothing).await?;
        Ok(count)
    }

    async fn sweep_table(&self, dead: &ExpiredRows, now: Timestamp) -> Result<u64, PortError> {
        let ExpiredRows { table, key, at, .. } = dead;
        let when = match dead.also {
            None => format!("{at} <= $1"),
            Some((also, _)) => format!("{at} <= $1 AND {also} <= $2"),
        };
        // Ordered by the index. Otherwise a planner that does not know `$1` yet would scan the
        // table, because it expects many matches.
        let any = format!(
            "SELECT 1
             FROM {table}
             WHERE {when}
             ORDER BY {at}
             LIMIT 1"
        );
        if !self.exists(limited(any, dead, now)).await? {
            return Ok(0);
        }
        let passing = self.engine().pass_by_locked();
        // `MATERIALIZED`, because a subquery under `IN` may run again for each row and skip those
        // that this statement has already deleted, so that more than a batch would go. A row that
        // was used in the meantime is skipped too.
        let delete = format!(
            "WITH dead AS MATERIALIZED (
                 SELECT {key}
                 FROM {table}
                 WHERE {when}
                 ORDER BY {at}
                 LIMIT {BATCH}
                 {passing}
             )
             DELETE FROM {table}
             WHERE ({key}) IN (SELECT {key} FROM dead)"
        );
        let mut write = self.write().await?;
        let count = write.run(limited(delete, dead, now)).await?;
        // The rows had expired before, so that no event is needed.
        write.commit(EventNote::Nothing).await?;
        Ok(count)
    }
}

fn limited(sql: String, dead: &ExpiredRows, now: Timestamp) -> Statement {
    let sql: Statement = query(AssertSqlSafe(sql));
    let limit = |age: Duration| now.minus(age + LATE).millis();
    let sql = sql.bind(limit(dead.age));
    match dead.also {
        None => sql,
        Some((_, age)) => sql.bind(limit(age)),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, SqliteConnection};

    use super::*;

    /// RB2: of too many invented names, those with the fewest and oldest failures are deleted in
    /// batches.
    #[tokio::test]
    async fn rb2_of_too_many_names_the_least_and_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        let mut raw = SqliteConnection::connect(&url).await.unwrap();
        let fill = "INSERT INTO password_attempts (email_index, failures, allowed_at)
                    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300)
                    SELECT 'name ' || n, CASE WHEN n <= 10 THEN 6 ELSE 1 END, 1800000000000 + n FROM n";
        raw.execute(fill).await.unwrap();
        let deleted = [
            store.sweep_names(30).await.unwrap(),
            store.sweep_names(30).await.unwrap(),
            store.sweep_names(30).await.unwrap(),
        ];
        assert_eq!(deleted, [200, 70, 0]);
        let left = "SELECT COUNT(*) FROM password_attempts WHERE failures = 6 OR allowed_at > 1800000000280";
        let left: i64 = sqlx::query_scalar(left).fetch_one(&mut raw).await.unwrap();
        assert_eq!(left, 30, "the ten that failed most, and the twenty newest");
    }
}
