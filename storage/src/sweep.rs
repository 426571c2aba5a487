//! Rows that no rule looks at any more go, so that tables stay as small as what is alive. Rules never rely on it: they judge by time.

use std::time::Duration;

use domain::{
    address_limit::WINDOW,
    enrolment::PENDING_KEY,
    known_browser::KNOWN,
    ports::PortError,
    session::{ABSOLUTE, IDLE},
    sign_in_delay::MEMORY,
    step_up::{GRANT, INTENT},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, query};

use crate::{Store, connect::Sql, write::Noted};

/// Rows that go in one transaction: others wait for a few milliseconds.
pub const BATCH: i64 = 200;
/// What has lapsed stays for this long: another server's clock may be behind, and who comes late still learns that something lapsed.
const LATE: Duration = Duration::from_hours(1);

/// Dead rows of one table: those in which `at` lies before both limits, `$1` and `$2`.
struct Dead {
    table: &'static str,
    key: &'static str,
    when: &'static str,
    ages: [Duration; 2],
}

/// What goes with a session goes by its foreign key. One row a user, or one in all, is no more than that: `attempts`, `code_sets`,
/// `set_up_link`. Security events go by their own rule.
const DEAD: [Dead; 7] = [
    Dead {
        table: "sessions",
        key: "id",
        when: "(seen_at <= $1 OR opened_at <= $2)",
        ages: [IDLE, ABSOLUTE],
    },
    Dead {
        table: "pending_keys",
        key: "session_id",
        when: "made_at <= $1 AND made_at <= $2",
        ages: [PENDING_KEY; 2],
    },
    Dead {
        table: "step_ups",
        key: "session_id",
        when: "asked_at <= $1 AND COALESCE(granted_at, asked_at) <= $2",
        ages: [INTENT, GRANT],
    },
    Dead {
        table: "invitations",
        key: "token_hash",
        when: "expires_at <= $1 AND expires_at <= $2",
        ages: [Duration::ZERO; 2],
    },
    Dead {
        table: "known_browsers",
        key: "token_hash",
        when: "seen_at <= $1 AND seen_at <= $2",
        ages: [KNOWN; 2],
    },
    Dead {
        table: "password_attempts",
        key: "email_index",
        when: "allowed_at <= $1 AND allowed_at <= $2",
        ages: [MEMORY; 2],
    },
    Dead {
        table: "refused_sign_ins",
        key: "refused_at",
        when: "refused_at <= $1 AND refused_at <= $2",
        ages: [WINDOW; 2],
    },
];

impl Store {
    /// Deletes at most [`BATCH`] dead rows of each table, each table in a transaction of its own; answers how many. Where nothing is dead
    /// it takes no lock.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, PortError> {
        let mut count = 0;
        for dead in &DEAD {
            count += self.sweep_table(dead, now).await?;
        }
        Ok(count)
    }

    async fn sweep_table(&self, dead: &Dead, now: Timestamp) -> Result<u64, PortError> {
        let Dead {
            table, key, when, ..
        } = dead;
        let any = format!("SELECT 1 FROM {table} WHERE {when} LIMIT 1");
        if !self.exists(limited(any, dead, now)).await? {
            return Ok(0);
        }
        let passing = self.engine().pass_by_locked();
        // The condition twice: a row that came back to life between the two stays.
        let delete = format!(
            "DELETE FROM {table} WHERE {when} AND {key} IN (SELECT {key} FROM {table} WHERE {when} LIMIT {BATCH}{passing})"
        );
        let mut write = self.write().await?;
        let count = write.run(limited(delete, dead, now)).await?;
        // It was over before.
        write.commit(Noted::Nothing).await?;
        Ok(count)
    }
}

fn limited(sql: String, dead: &Dead, now: Timestamp) -> Sql {
    let sql: Sql = query(AssertSqlSafe(sql));
    dead.ages
        .iter()
        .fold(sql, |sql, age| sql.bind(now.minus(*age + LATE).millis()))
}
