//! MFA methods: pending keys, activation, and codes that sign somebody in.

use async_trait::async_trait;
use domain::{
    ids::{CodeSetId, SessionId, UserId},
    ports::{
        Activation, BackupCodeUse, CodeUse, MethodRecord, Mfa, NewCodeSet, PendingKey, PortError,
        StoredBackupCode, Taken, TokenSwap,
    },
    time::{TimeStep, Timestamp},
    vault::BlindIndex,
};
use sqlx::{any::AnyRow, query};

use crate::{
    Store, attempts, backup_codes,
    connect::{Sql, Write},
    rows::Values,
    sessions,
};

#[async_trait]
impl Mfa for Store {
    async fn pending(&self, session: &SessionId) -> Result<Option<PendingKey>, PortError> {
        self.row(select_pending(session))
            .await?
            .as_ref()
            .map(pending_key)
            .transpose()
    }

    async fn keep_pending(
        &self,
        key: PendingKey,
        expired: Timestamp,
    ) -> Result<PendingKey, PortError> {
        let mut write = self.write().await?;
        let keep = "INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (session_id) DO UPDATE
                    SET user_id = excluded.user_id, key_id = excluded.key_id, sealed_key = excluded.sealed_key, made_at = excluded.made_at
                    WHERE pending_keys.made_at <= $6";
        let keep = query(keep)
            .bind(key.session.as_str())
            .bind(key.user.as_str())
            .bind(key.key.key_id.as_str());
        write
            .run(
                keep.bind(key.key.bytes.as_slice())
                    .bind(key.made_at.millis())
                    .bind(expired.millis()),
            )
            .await?;
        let stands = write
            .row(select_pending(&key.session))
            .await?
            .as_ref()
            .map(pending_key)
            .transpose()?;
        write.commit().await?;
        Ok(stands.unwrap_or(key))
    }

    async fn drop_pending(&self, session: &SessionId) -> Result<(), PortError> {
        let mut write = self.write().await?;
        write
            .run(query("DELETE FROM pending_keys WHERE session_id = $1").bind(session.as_str()))
            .await?;
        write.commit().await
    }

    async fn activate(&self, activation: Activation) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        let taken = activate(&mut write, &activation).await?;
        settle(write, taken).await
    }

    async fn method(&self, user: &UserId) -> Result<Option<MethodRecord>, PortError> {
        let sql = "SELECT m.id, m.name, m.key_id, m.sealed_key, m.last_step, m.added_at, m.used_at, s.saved_at,
                          (SELECT COUNT(*) FROM backup_codes b WHERE b.set_id = s.id AND b.used_at IS NULL) AS codes_left
                   FROM mfa_methods m LEFT JOIN code_sets s ON s.user_id = m.user_id AND s.is_valid = 1
                   WHERE m.user_id = $1";
        let Some(row) = self.row(query(sql).bind(user.as_str())).await? else {
            return Ok(None);
        };
        Ok(Some(MethodRecord {
            id: row.value("id")?,
            name: row.value("name")?,
            key: row.sealed()?,
            last_step: TimeStep::from_number(row.number("last_step")?),
            added_at: row.at("added_at")?,
            used_at: row.maybe_at("used_at")?,
            codes_left: row.count("codes_left")?,
            codes_saved: row.maybe_at("saved_at")?.is_some(),
        }))
    }

    async fn use_code(&self, code: CodeUse) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        if !sessions::signed_in(&mut write, &code.user, code.at).await? {
            return write.undo(Taken::SessionGone).await;
        }
        let burn = "UPDATE mfa_methods SET last_step = $3, used_at = $4 WHERE id = $1 AND user_id = $2 AND last_step < $3";
        let burn = query(burn)
            .bind(code.method.as_str())
            .bind(code.user.as_str());
        let burnt = write
            .run(burn.bind(code.step.number()).bind(code.at.millis()))
            .await?;
        let taken = completed(&mut write, burnt, &code.swap, &code.user, code.at).await?;
        settle(write, taken).await
    }

    async fn find_backup_code(
        &self,
        user: &UserId,
        index: BlindIndex,
    ) -> Result<Option<StoredBackupCode>, PortError> {
        backup_codes::find(self, user, index).await
    }

    async fn use_backup_code(&self, code: BackupCodeUse) -> Result<(Taken, u32), PortError> {
        let mut write = self.write().await?;
        if !sessions::signed_in(&mut write, &code.user, code.at).await? {
            return write.undo((Taken::SessionGone, 0)).await;
        }
        let spent = backup_codes::spend(&mut write, &code).await?;
        let taken = completed(&mut write, spent, &code.swap, &code.user, code.at).await?;
        let left = backup_codes::left(&mut write, &code.user).await?;
        Ok((settle(write, taken).await?, left))
    }

    async fn keep_pending_codes(&self, user: &UserId, codes: NewCodeSet) -> Result<(), PortError> {
        let mut write = self.write().await?;
        write.run(lock(user)).await?;
        backup_codes::keep_pending(&mut write, user, &codes).await?;
        write.commit().await
    }

    async fn finish_codes(
        &self,
        user: &UserId,
        session: &SessionId,
        set: &CodeSetId,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        write.run(lock(user)).await?;
        let finish = "UPDATE sessions SET codes_since = NULL WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL";
        if write
            .run(query(finish).bind(session.as_str()).bind(user.as_str()))
            .await?
            != 1
        {
            return write.undo(false).await;
        }
        if !backup_codes::make_valid(&mut write, user, set, now).await? {
            return write.undo(false).await;
        }
        write.commit().await?;
        Ok(true)
    }
}

/// A change of nothing in a person's row, which others that change it wait for.
fn lock(user: &UserId) -> Sql {
    query("UPDATE users SET disabled = disabled WHERE id = $1").bind(user.as_str())
}

fn select_pending(session: &SessionId) -> Sql {
    query("SELECT session_id, user_id, key_id, sealed_key, made_at FROM pending_keys WHERE session_id = $1").bind(session.as_str())
}

fn pending_key(row: &AnyRow) -> Result<PendingKey, PortError> {
    Ok(PendingKey {
        session: row.value("session_id")?,
        user: row.value("user_id")?,
        key: row.sealed()?,
        made_at: row.at("made_at")?,
    })
}

/// Commits what was taken whole; undoes the rest.
async fn settle(write: Write, taken: Taken) -> Result<Taken, PortError> {
    if taken != Taken::Taken {
        return write.undo(taken).await;
    }
    write.commit().await?;
    Ok(taken)
}

/// A code is spent if its row changed; the session that owed the second factor then has it, and a new token.
async fn completed(
    write: &mut Write,
    changed: u64,
    swap: &TokenSwap,
    user: &UserId,
    at: Timestamp,
) -> Result<Taken, PortError> {
    if changed != 1 {
        return Ok(Taken::AlreadyTaken);
    }
    let step_up = "UPDATE sessions SET token_hash = $3, second_factor_at = $4, seen_at = $4
                   WHERE id = $1 AND token_hash = $2 AND second_factor_at IS NULL AND user_id = $5";
    let step_up = sessions::bind_swap(query(step_up), swap, at).bind(user.as_str());
    Ok(if write.run(step_up).await? == 1 {
        Taken::Taken
    } else {
        Taken::SessionGone
    })
}

async fn activate(write: &mut Write, activation: &Activation) -> Result<Taken, PortError> {
    let Activation { swap, user, at, .. } = activation;
    write.run(lock(user)).await?;
    let step_up =
        "UPDATE sessions SET token_hash = $3, second_factor_at = $4, codes_since = $4, seen_at = $4
                   WHERE id = $1 AND token_hash = $2 AND user_id = $5";
    if write
        .run(sessions::bind_swap(query(step_up), swap, *at).bind(user.as_str()))
        .await?
        != 1
    {
        return Ok(Taken::SessionGone);
    }
    let take =
        query("DELETE FROM pending_keys WHERE session_id = $1 AND user_id = $2 AND made_at = $3");
    let take = take
        .bind(swap.session.as_str())
        .bind(user.as_str())
        .bind(activation.made_at.millis());
    if write.run(take).await? != 1 || write.run(insert_method(activation)).await? != 1 {
        return Ok(Taken::AlreadyTaken);
    }
    backup_codes::replace_all(write, user, &activation.codes).await?;
    let others = query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
        .bind(user.as_str())
        .bind(swap.session.as_str());
    write.run(others).await?;
    attempts::give_back(write, user).await?;
    Ok(Taken::Taken)
}

fn insert_method(activation: &Activation) -> Sql {
    let insert = query(
        "INSERT INTO mfa_methods (id, user_id, name, key_id, sealed_key, last_step, added_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (user_id) DO NOTHING",
    );
    let insert = insert
        .bind(activation.method.as_str())
        .bind(activation.user.as_str())
        .bind(activation.name.as_str());
    let insert = insert
        .bind(activation.key.key_id.as_str())
        .bind(activation.key.bytes.as_slice());
    insert
        .bind(activation.step.number())
        .bind(activation.at.millis())
}
