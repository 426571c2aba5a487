//! Invalidates what a restored backup must not bring back: everything that was ended or used since
//! the backup.

use std::collections::HashMap;

use domain::{
    events::{Action, Event},
    ids::BackupCodeId,
    people::email::Email,
    ports::PortError,
    second_factor::totp::newest_step,
    time::Timestamp,
};
use tracing::instrument;

use crate::{
    Store,
    engine::{rows::Values, statement::query, transaction::WriteTransaction},
};

/// What is known about backup codes that were used after the backup was made.
#[derive(Debug, Clone)]
pub enum UsedCodes {
    /// Nothing, because the newest state is lost, including which codes were used.
    Unknown,
    /// The codes of the replaced database and whether each was used. A code that is missing there
    /// was replaced by newer ones.
    Known(HashMap<BackupCodeId, bool>),
    /// The operator wants to invalidate all codes.
    All,
}

/// What was ended, as counts for the operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreEffects {
    /// Sessions, complete or not, with their grants and pending keys.
    pub sessions: u64,
    /// Invitation links, through which users choose a password.
    pub invitations: u64,
    /// The addresses of the invited users.
    pub invited: Vec<Email>,
    /// Backup codes that were invalidated.
    pub codes: u64,
    /// Backup codes that are still valid.
    pub codes_left: u32,
}

/// Rows that may have ended since the backup, or may be in other hands now. A clock that was ahead
/// may have written the heartbeat.
const LAPSED: [&str; 8] = [
    "DELETE FROM step_ups",
    "DELETE FROM pending_keys",
    "DELETE FROM challenges",
    "DELETE FROM known_browsers",
    "DELETE FROM set_up_link",
    "DELETE FROM code_sets WHERE is_valid = 0",
    "DELETE FROM heartbeat",
    "DELETE FROM servers",
];

impl Store {
    /// The backup codes of this database, and whether each was used.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "restored.spent_codes"))]
    pub async fn spent_codes(&self) -> Result<HashMap<BackupCodeId, bool>, PortError> {
        const CODES: &str = "SELECT id, used_at FROM backup_codes";
        let rows = self.rows(query(CODES)).await?;
        let read =
            |row: &sqlx::any::AnyRow| Ok((row.value("id")?, row.maybe_at("used_at")?.is_some()));
        rows.iter().map(read).collect()
    }

    /// Ends every session, invitation link and known browser of a restored database, and burns
    /// every time step up to now, because codes may have been used since the backup. Runs in one
    /// transaction and may be repeated.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "restored.end_restored"))]
    pub async fn end_restored(
        &self,
        spent: &UsedCodes,
        now: Timestamp,
    ) -> Result<RestoreEffects, PortError> {
        const LOCK_ALL: &str = "UPDATE users SET disabled = disabled";
        const INVITED: &str = "
            SELECT u.email
            FROM invitations i JOIN users u ON u.id = i.user_id
            ORDER BY u.email";
        const BURN: &str = "UPDATE app_keys SET last_step = $1 WHERE last_step < $1";
        const CODES_LEFT: &str = "SELECT COUNT(*) FROM backup_codes WHERE used_at IS NULL";
        let mut write = self.write().await?;
        // Locks all users first, before any concurrent request does.
        write.run(query(LOCK_ALL)).await?;
        let invited = write.rows(query(INVITED)).await?;
        let invited = invited.iter().map(|row| row.stored_text("email"));
        let mut ended = RestoreEffects {
            invited: invited.collect::<Result<_, _>>()?,
            sessions: write.run(query("DELETE FROM sessions")).await?,
            invitations: write.run(query("DELETE FROM invitations")).await?,
            ..RestoreEffects::default()
        };
        for sql in LAPSED {
            write.run(query(sql)).await?;
        }
        let burn = query(BURN).bind(newest_step(now).number());
        write.run(burn).await?;
        ended.codes = void(&mut write, spent, now).await?;
        ended.codes_left = write.count(query(CODES_LEFT)).await?;
        let detail = format!(
            "{} sessions ended, {} backup codes voided, {} left",
            ended.sessions, ended.codes, ended.codes_left
        );
        write
            .commit(Event::done(Action::DatabaseRestore).saying(detail))
            .await?;
        Ok(ended)
    }
}

/// Invalidates codes that were used or replaced.
async fn void(
    write: &mut WriteTransaction,
    spent: &UsedCodes,
    now: Timestamp,
) -> Result<u64, PortError> {
    const VOID_ALL: &str = "UPDATE backup_codes SET used_at = $1 WHERE used_at IS NULL";
    const LEFT: &str = "SELECT id FROM backup_codes WHERE used_at IS NULL";
    const VOID: &str = "UPDATE backup_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    let known = match spent {
        UsedCodes::Unknown => return Ok(0),
        UsedCodes::All => return write.run(query(VOID_ALL).bind(now.millis())).await,
        UsedCodes::Known(known) => known,
    };
    let mut count = 0;
    for row in write.rows(query(LEFT)).await? {
        let id: BackupCodeId = row.value("id")?;
        if known.get(&id) == Some(&false) {
            continue;
        }
        let void = query(VOID).bind(id.as_str().to_owned()).bind(now.millis());
        count += write.run(void).await?;
    }
    Ok(count)
}
