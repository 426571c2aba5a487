//! Attempts, counted before they are judged. The rules stand in `domain::{lockout, sign_in_delay}`; the statements here apply them to
//! a row that many requests change at once, and a test compares the two.

use std::time::Duration;

use async_trait::async_trait;
use domain::{
    client_address::CountedAddress,
    events::{Action, Event, MethodKind, Outcome},
    ids::UserId,
    lockout::{Attempts as Budgets, BACKUP_WINDOW, Budget, Factor, LOCK_AFTER, PAUSE_WINDOW},
    ports::{Admission, Attempts, Counted, PasswordTry, PortError, Receipt},
    sign_in_delay::PasswordAttempts,
    time::Timestamp,
    vault::BlindIndex,
};
use sqlx::query;

use crate::{Store, admission, connect::Sql, password_tries, rows::Values, write::Write};

/// How often a count is tried again when other requests changed the row meanwhile, and how long to wait when that was in vain.
/// With one writer that never happens.
pub const TRIES: usize = 8;
pub const SHORTLY: Duration = Duration::from_secs(1);

/// Somebody who has no row has tried nothing yet.
const COUNT: &str = "
    INSERT INTO attempts (user_id, recent_1, in_a_row) VALUES ($1, $2, 1)
    ON CONFLICT (user_id) DO UPDATE
    SET recent_5 = attempts.recent_4, recent_4 = attempts.recent_3, recent_3 = attempts.recent_2, recent_2 = attempts.recent_1,
        recent_1 = $2, in_a_row = attempts.in_a_row + 1
    WHERE attempts.recent_5 <= $3 AND attempts.in_a_row < $4";
const COUNT_WHEN_LOCKED: &str = "
    UPDATE attempts
    SET recent_5 = recent_4, recent_4 = recent_3, recent_3 = recent_2, recent_2 = recent_1, recent_1 = $2, in_a_row = in_a_row + 1,
        backup_5 = backup_4, backup_4 = backup_3, backup_3 = backup_2, backup_2 = backup_1, backup_1 = $2
    WHERE user_id = $1 AND recent_5 <= $3 AND in_a_row >= $4 AND backup_5 <= $5";
/// The oldest of the five was past the window already when it left, so that nothing is lost with it.
const GIVE_BACK: &str = "
    UPDATE attempts
    SET recent_1 = recent_2, recent_2 = recent_3, recent_3 = recent_4, recent_4 = recent_5, recent_5 = 0, in_a_row = in_a_row - 1
    WHERE user_id = $1 AND in_a_row > 0";

#[async_trait]
impl Attempts for Store {
    async fn count_second_factor(
        &self,
        user: &UserId,
        factor: Factor,
        now: Timestamp,
    ) -> Result<Budget, PortError> {
        let attempt = |outcome| {
            let action = self.scope.trying(Action::SecondFactor);
            Event::new(action, outcome).of(user).with(kind(factor))
        };
        let failed = attempt(Outcome::Failed);
        let mut write = self.write().await?;
        let count = vec![bound(COUNT, user, now)];
        let (ran, counted) = write.run_as_attempt(count, &failed).await?;
        if ran[0].changed == 1 {
            write.commit_attempt(counted).await?;
            return Ok(Budget::Open);
        }
        write.undo(()).await?;
        let mut write = self.write().await?;
        let mut budget = Budget::Open;
        for _ in 0..TRIES {
            if counted_at_last(&mut write, user, factor, now).await? {
                let (_, counted) = write.run_as_attempt(Vec::new(), &failed).await?;
                write.commit_attempt(counted).await?;
                return Ok(Budget::Open);
            }
            budget = read(&mut write, user).await?.budget(factor, now);
            if budget != Budget::Open {
                break;
            }
        }
        // Never `Open` without having counted.
        let budget = if budget == Budget::Open {
            Budget::Paused {
                until: now.plus(SHORTLY),
            }
        } else {
            budget
        };
        write.commit_repeated(attempt(Outcome::Limited)).await?;
        Ok(budget)
    }

    async fn refused_in_a_row(&self, user: &UserId) -> Result<u32, PortError> {
        let row = self
            .row(query("SELECT in_a_row FROM attempts WHERE user_id = $1").bind(user.as_str()))
            .await?;
        row.map_or(Ok(0), |row| row.count("in_a_row"))
    }

    fn refused_from_memory(&self, address: &CountedAddress, now: Timestamp) -> Option<Timestamp> {
        let until = self.scope.strangers.refused(address, now)?;
        password_tries::merge_refusal(self);
        Some(until)
    }

    async fn admit(&self, attempt: &PasswordTry, now: Timestamp) -> Result<Admission, PortError> {
        let admission = admission::judge(self, attempt, now).await?;
        if matches!(admission, Admission::Refused { .. }) {
            password_tries::note_refusal(self).await?;
        }
        Ok(admission)
    }

    async fn count_dead_link(
        &self,
        address: &CountedAddress,
        address_limit: u32,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        admission::count_dead_link(self, address, address_limit, now).await
    }

    async fn count_password(
        &self,
        attempt: PasswordTry,
        now: Timestamp,
    ) -> Result<Counted, PortError> {
        password_tries::count(self, &attempt, now).await
    }

    async fn password_was_right(&self, receipt: Receipt) -> Result<(), PortError> {
        password_tries::was_right(self, &receipt).await
    }

    async fn password_attempts(&self, email: BlindIndex) -> Result<PasswordAttempts, PortError> {
        password_tries::of_name(self, email).await
    }

    async fn unlock(&self, user: &UserId, email: BlindIndex) -> Result<u32, PortError> {
        let mut write = self.write().await?;
        // First, as a sign-in does.
        write.run(password_tries::forget(email)).await?;
        let clear =
            query("DELETE FROM attempts WHERE user_id = $1 RETURNING in_a_row").bind(user.as_str());
        let refused = write
            .row(clear)
            .await?
            .map_or(Ok(0), |row| row.count("in_a_row"))?;
        let event = Event::done(Action::UserUnlock)
            .of(user)
            .saying(format!("{refused} in a row"));
        write.commit(event).await?;
        Ok(refused)
    }
}

const fn kind(factor: Factor) -> MethodKind {
    match factor {
        Factor::Application => MethodKind::Application,
        Factor::BackupCode => MethodKind::BackupCode,
    }
}

fn bound(sql: &'static str, user: &UserId, now: Timestamp) -> Sql {
    let sql = query(sql).bind(user.as_str()).bind(now.millis());
    sql.bind(now.minus(PAUSE_WINDOW).millis())
        .bind(i64::from(LOCK_AFTER))
}

/// The same once more, as others may have changed the row meanwhile; a backup code has tries of its own where the application is locked.
async fn counted_at_last(
    write: &mut Write,
    user: &UserId,
    factor: Factor,
    now: Timestamp,
) -> Result<bool, PortError> {
    if write.run(bound(COUNT, user, now)).await? == 1 {
        return Ok(true);
    }
    if factor == Factor::Application {
        return Ok(false);
    }
    let when_locked = bound(COUNT_WHEN_LOCKED, user, now);
    let when_locked = when_locked.bind(now.minus(BACKUP_WINDOW).millis());
    Ok(write.run(when_locked).await? == 1)
}

async fn read(write: &mut Write, user: &UserId) -> Result<Budgets, PortError> {
    let sql = "SELECT in_a_row, recent_1, recent_2, recent_3, recent_4, recent_5, backup_1, backup_2, backup_3, backup_4, backup_5
               FROM attempts WHERE user_id = $1";
    let Some(row) = write.row(query(sql).bind(user.as_str())).await? else {
        return Ok(Budgets::default());
    };
    Ok(Budgets {
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
    })
}

/// Clears the second factor's budget.
pub async fn clear(write: &mut Write, user: &UserId) -> Result<(), PortError> {
    write.run(clearing(user)).await.map(drop)
}

/// The statement that does.
pub fn clearing(user: &UserId) -> Sql {
    query("DELETE FROM attempts WHERE user_id = $1").bind(user.as_str())
}

/// Gives back the newest attempt, which turned out right.
pub async fn give_back(write: &mut Write, user: &UserId) -> Result<(), PortError> {
    write
        .run(query(GIVE_BACK).bind(user.as_str()))
        .await
        .map(drop)
}
