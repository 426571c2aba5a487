//! The budgets of the second factor, one table per kind of holder, and the statements that count,
//! give back and clear attempts. Rows of these tables are locked after those of users, known
//! browsers and sessions, in this order: `attempts`, `session_attempts`, `browser_attempts`.

use domain::{
    ids::{SessionId, UserId},
    ports::PortError,
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{BACKUP_WINDOW, GuessHistory as Budgets, LOCK_AFTER, PAUSE_WINDOW},
    },
    time::{TimeStep, Timestamp},
    token::TokenHash,
};
use sqlx::AssertSqlSafe;

use crate::engine::{
    batch::StatementResult,
    dialect::Engine,
    rows::Values,
    statement::{Statement, query},
    transaction::WriteTransaction,
};

/// Where a kind of holder has its budgets. A statement of this module is a template that names
/// these parts as `{table}` and so on, because the three kinds of holders differ in nothing else.
struct BudgetTable {
    /// The budgets, found by the column `key`.
    table: &'static str,
    key: &'static str,
    /// The holders, found by the column `id`; the column `user` names their user.
    holders: &'static str,
    id: &'static str,
    user: &'static str,
}

const STRANGERS: BudgetTable = BudgetTable {
    table: "attempts",
    key: "user_id",
    holders: "users",
    id: "id",
    user: "id",
};
const BROWSERS: BudgetTable = BudgetTable {
    table: "browser_attempts",
    key: "token_hash",
    holders: "known_browsers",
    id: "token_hash",
    user: "user_id",
};
const SESSIONS: BudgetTable = BudgetTable {
    table: "session_attempts",
    key: "session_id",
    holders: "sessions",
    id: "id",
    user: "user_id",
};
/// All tables, in the order in which their rows are locked.
const ALL: [&BudgetTable; 3] = [&STRANGERS, &SESSIONS, &BROWSERS];

/// Counts an attempt if the budget allows it: `$2` is now, `$3` the start of the window, `$4` the
/// number of failures that locks, and `$5` the user. Creates the row at a holder's first attempt,
/// but not for a holder that has ended. `{lock}` keeps the holder until the transaction ends.
const COUNT: &str = "
    INSERT INTO {table} ({key}, recent_1, in_a_row)
    SELECT {id}, $2, 1
    FROM {holders}
    WHERE {id} = $1 AND {user} = $5{lock}
    ON CONFLICT ({key}) DO UPDATE
    SET recent_5 = {table}.recent_4, recent_4 = {table}.recent_3, recent_3 = {table}.recent_2,
        recent_2 = {table}.recent_1, recent_1 = $2, in_a_row = {table}.in_a_row + 1
    WHERE {table}.recent_5 <= $3 AND {table}.in_a_row < $4";

/// Counts a backup code, which has its own budget while the authenticator is locked: `$2` to `$4`
/// as in [`COUNT`], and `$5` is the start of the window of backup codes.
const COUNT_WHEN_LOCKED: &str = "
    UPDATE {table}
    SET recent_5 = recent_4, recent_4 = recent_3, recent_3 = recent_2, recent_2 = recent_1,
        recent_1 = $2, in_a_row = in_a_row + 1,
        backup_5 = backup_4, backup_4 = backup_3, backup_3 = backup_2, backup_2 = backup_1,
        backup_1 = $2
    WHERE {key} = $1 AND recent_5 <= $3 AND in_a_row >= $4 AND backup_5 <= $5";

/// Removes the newest attempt. The oldest of the five was outside the window when it was dropped,
/// so nothing is lost.
const GIVE_BACK: &str = "
    UPDATE {table}
    SET recent_1 = recent_2, recent_2 = recent_3, recent_3 = recent_4, recent_4 = recent_5,
        recent_5 = 0, in_a_row = in_a_row - 1
    WHERE {key} = $1 AND in_a_row > 0";

/// Like [`GIVE_BACK`], if a code of the step `$2`, or of a later one, was refused before.
const GIVE_BACK_REPEATED: &str = "
    UPDATE {table}
    SET recent_1 = recent_2, recent_2 = recent_3, recent_3 = recent_4, recent_4 = recent_5,
        recent_5 = 0, in_a_row = in_a_row - 1
    WHERE {key} = $1 AND in_a_row > 0 AND refused_step >= $2";

const NOTE_REFUSED_STEP: &str = "
    UPDATE {table}
    SET refused_step = $2
    WHERE {key} = $1";

const CLEAR: &str = "
    DELETE FROM {table}
    WHERE {key} = $1
    RETURNING in_a_row";

const CLEAR_ALL_OF_USER: &str = "
    DELETE FROM {table}
    WHERE {key} IN (SELECT {id} FROM {holders} WHERE {user} = $1)
    RETURNING in_a_row";

const REFUSED_IN_A_ROW: &str = "
    SELECT in_a_row
    FROM {table}
    WHERE {key} = $1";

const HOLDER_EXISTS: &str = "
    SELECT 1
    FROM {holders}
    WHERE {id} = $1 AND {user} = $2";

const READ: &str = "
    SELECT in_a_row, recent_1, recent_2, recent_3, recent_4, recent_5,
        backup_1, backup_2, backup_3, backup_4, backup_5
    FROM {table}
    WHERE {key} = $1";

impl BudgetTable {
    /// A statement of this table.
    fn statement(&self, template: &str) -> Statement {
        let sql = template
            .replace("{table}", self.table)
            .replace("{key}", self.key)
            .replace("{holders}", self.holders)
            .replace("{id}", self.id)
            .replace("{user}", self.user);
        query(AssertSqlSafe(sql))
    }
}

/// Identifies a budget: a holder of a user.
#[derive(Clone, Copy)]
pub struct BudgetKey<'a> {
    pub user: &'a UserId,
    pub holder: &'a GuessHolder,
}

impl BudgetKey<'_> {
    /// A statement whose `$1` is the holder's key.
    fn statement(self, template: &str) -> Statement {
        match self.holder {
            GuessHolder::Stranger => STRANGERS.statement(template).bind(self.user.as_str()),
            GuessHolder::KnownBrowser(browser) => {
                let browser = browser.as_bytes().as_slice();
                BROWSERS.statement(template).bind(browser)
            }
            GuessHolder::Session(session) => SESSIONS.statement(template).bind(session.as_str()),
        }
    }

    /// Counts an attempt if the budget allows it.
    pub fn count_statement(self, engine: Engine, now: Timestamp) -> Statement {
        let template = COUNT.replace("{lock}", engine.keep_referenced());
        bind_limits(self.statement(&template), now).bind(self.user.as_str())
    }

    /// Counts a backup code, which has its own budget while the authenticator is locked.
    pub fn count_when_locked_statement(self, now: Timestamp) -> Statement {
        let day_ago = now.minus(BACKUP_WINDOW).millis();
        bind_limits(self.statement(COUNT_WHEN_LOCKED), now).bind(day_ago)
    }

    /// Gives the newest attempt back.
    pub fn give_back_statement(self) -> Statement {
        self.statement(GIVE_BACK)
    }

    /// Gives the newest attempt back if a code of this step, or of a later one, was refused before.
    pub fn give_back_repeated_statement(self, step: TimeStep) -> Statement {
        self.statement(GIVE_BACK_REPEATED).bind(step.number())
    }

    /// Stores the newest step whose code was refused.
    pub fn note_refused_step_statement(self, step: TimeStep) -> Statement {
        self.statement(NOTE_REFUSED_STEP).bind(step.number())
    }

    /// Clears the budget and returns its count: see [`cleared_count`].
    fn clear_statement(self) -> Statement {
        self.statement(CLEAR)
    }

    /// How many attempts in a row were refused; no row if nothing was tried.
    pub fn refused_in_a_row_statement(self) -> Statement {
        self.statement(REFUSED_IN_A_ROW)
    }

    /// The current budget; `None` if the holder has ended.
    pub async fn read(self, write: &mut WriteTransaction) -> Result<Option<Budgets>, PortError> {
        let exists = self.statement(HOLDER_EXISTS).bind(self.user.as_str());
        if write.row(exists).await?.is_none() {
            return Ok(None);
        }
        let Some(row) = write.row(self.statement(READ)).await? else {
            return Ok(Some(Budgets::default()));
        };
        Ok(Some(Budgets {
            recent: [
                row.at("recent_1")?,
                row.at("recent_2")?,
                row.at("recent_3")?,
                row.at("recent_4")?,
                row.at("recent_5")?,
            ],
            in_a_row: row.count("in_a_row")?,
            backup: [
                row.at("backup_1")?,
                row.at("backup_2")?,
                row.at("backup_3")?,
                row.at("backup_4")?,
                row.at("backup_5")?,
            ],
        }))
    }
}

/// Binds `$2` now, `$3` the start of the window, and `$4` the number of failures that locks.
fn bind_limits(sql: Statement, now: Timestamp) -> Statement {
    sql.bind(now.millis())
        .bind(now.minus(PAUSE_WINDOW).millis())
        .bind(i64::from(LOCK_AFTER))
}

/// Gives back the session's newest attempt, because it was correct.
pub async fn give_back(
    write: &mut WriteTransaction,
    user: &UserId,
    session: &SessionId,
) -> Result<(), PortError> {
    let holder = &GuessHolder::Session(session.clone());
    write
        .run(BudgetKey { user, holder }.give_back_statement())
        .await
        .map(drop)
}

/// Clears the user's common budget, which strangers share.
pub fn clear_strangers_statement(user: &UserId) -> Statement {
    let holder = &GuessHolder::Stranger;
    BudgetKey { user, holder }.clear_statement()
}

/// Clears the budget of a browser that is known to the user.
pub fn clear_browser_statement(user: &UserId, browser: TokenHash) -> Statement {
    let holder = &GuessHolder::KnownBrowser(browser);
    BudgetKey { user, holder }.clear_statement()
}

/// How many attempts in a row the cleared budget had counted.
pub fn cleared_count(result: &StatementResult) -> Result<u32, PortError> {
    let row = result.rows.first();
    row.map_or(Ok(0), |row| row.count("in_a_row"))
}

/// Clears the common budget and the session's, because the session accepted a backup code (ADR 7).
pub async fn unlock_by_backup_code(
    write: &mut WriteTransaction,
    user: &UserId,
    session: &SessionId,
) -> Result<(), PortError> {
    let holder = &GuessHolder::Session(session.clone());
    let session = BudgetKey { user, holder }.clear_statement();
    let batch = [clear_strangers_statement(user), session];
    let batch = batch.into_iter().collect();
    write.run_batch(batch).await.map(drop)
}

/// Clears every budget of a user, and returns the highest number of refusals in a row. The caller
/// holds the user's row.
pub async fn clear_all(write: &mut WriteTransaction, user: &UserId) -> Result<u32, PortError> {
    let mut most = 0;
    for table in ALL {
        let clear = table.statement(CLEAR_ALL_OF_USER).bind(user.as_str());
        for row in write.rows(clear).await? {
            most = most.max(row.count("in_a_row")?);
        }
    }
    Ok(most)
}
