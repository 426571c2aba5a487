//! Sets of backup codes: one that works, and one that waits for `Finish`.

use domain::{
    ids::UserId,
    ports::{BackupCodeUse, NewCodeSet, PortError, SecretHash, StoredBackupCode},
    time::Timestamp,
    vault::BlindIndex,
};
use sqlx::{Any, Transaction, query};

use crate::{
    Store,
    error::port,
    rows::{count, get, instant_if_any, parsed},
};

/// `code_sets.is_valid` of a set that waits.
const PENDING: i64 = 0;
/// `code_sets.is_valid` of the set that works.
const VALID: i64 = 1;

/// Puts a set in the place of the one that works; a waiting one is dropped with it.
pub(crate) async fn replace_valid(tx: &mut Transaction<'_, Any>, user: &UserId, set: &NewCodeSet) -> Result<(), PortError> {
    drop_set(tx, user, PENDING).await?;
    drop_set(tx, user, VALID).await?;
    insert(tx, user, set, VALID).await
}

/// Keeps a set that waits, in the place of an earlier one.
pub(crate) async fn replace_pending(tx: &mut Transaction<'_, Any>, user: &UserId, set: &NewCodeSet) -> Result<(), PortError> {
    drop_set(tx, user, PENDING).await?;
    insert(tx, user, set, PENDING).await
}

/// The codes are saved: a waiting set takes the place of the one that works.
pub(crate) async fn finish(tx: &mut Transaction<'_, Any>, user: &UserId, now: Timestamp) -> Result<(), PortError> {
    let replaced = query(
        "DELETE FROM code_sets WHERE user_id = $1 AND is_valid = 1
         AND EXISTS (SELECT 1 FROM code_sets waiting WHERE waiting.user_id = $1 AND waiting.is_valid = 0)",
    );
    replaced.bind(user.as_str()).execute(&mut **tx).await.map_err(port)?;
    query("UPDATE code_sets SET is_valid = 1, saved_at = $1 WHERE user_id = $2")
        .bind(now.millis())
        .bind(user.as_str())
        .execute(&mut **tx)
        .await
        .map_err(port)?;
    Ok(())
}

/// Finds a code of the set that works, spent or not.
pub(crate) async fn find(store: &Store, user: &UserId, index: BlindIndex) -> Result<Option<StoredBackupCode>, PortError> {
    let row = query(
        "SELECT b.id, b.hash, b.used_at FROM code_sets c JOIN backup_codes b ON b.set_id = c.id
         WHERE c.user_id = $1 AND c.is_valid = 1 AND b.blind_index = $2",
    );
    let row = row.bind(user.as_str()).bind(index.as_bytes().to_vec()).fetch_optional(&store.reader).await.map_err(port)?;
    row.map(|row| {
        let is_used = instant_if_any(&row, "used_at")?.is_some();
        Ok(StoredBackupCode { id: parsed(&row, "id")?, hash: SecretHash::phc(get(&row, "hash")?), is_used })
    })
    .transpose()
}

/// Spends a code, if it is unspent and its set is still the one that works.
pub(crate) async fn spend(tx: &mut Transaction<'_, Any>, code: &BackupCodeUse) -> Result<bool, PortError> {
    let spent = query(
        "UPDATE backup_codes SET used_at = $1 WHERE id = $2 AND used_at IS NULL
         AND set_id IN (SELECT id FROM code_sets WHERE user_id = $3 AND is_valid = 1)",
    )
    .bind(code.at.millis())
    .bind(code.code.as_str())
    .bind(code.user.as_str())
    .execute(&mut **tx)
    .await
    .map_err(port)?;
    Ok(spent.rows_affected() == 1)
}

/// How many codes still work.
pub(crate) async fn left(tx: &mut Transaction<'_, Any>, user: &UserId) -> Result<u32, PortError> {
    let row = query(
        "SELECT COUNT(*) AS codes_left FROM backup_codes b JOIN code_sets c ON c.id = b.set_id
         WHERE c.user_id = $1 AND c.is_valid = 1 AND b.used_at IS NULL",
    );
    count(&row.bind(user.as_str()).fetch_one(&mut **tx).await.map_err(port)?, "codes_left")
}

async fn drop_set(tx: &mut Transaction<'_, Any>, user: &UserId, is_valid: i64) -> Result<(), PortError> {
    let dropped = query("DELETE FROM code_sets WHERE user_id = $1 AND is_valid = $2").bind(user.as_str()).bind(is_valid);
    dropped.execute(&mut **tx).await.map_err(port)?;
    Ok(())
}

async fn insert(tx: &mut Transaction<'_, Any>, user: &UserId, set: &NewCodeSet, is_valid: i64) -> Result<(), PortError> {
    query("INSERT INTO code_sets (id, user_id, is_valid, created_at) VALUES ($1, $2, $3, $4)")
        .bind(set.id.as_str())
        .bind(user.as_str())
        .bind(is_valid)
        .bind(set.at.millis())
        .execute(&mut **tx)
        .await
        .map_err(port)?;
    for code in &set.codes {
        query("INSERT INTO backup_codes (id, set_id, blind_index, hash) VALUES ($1, $2, $3, $4)")
            .bind(code.id.as_str())
            .bind(set.id.as_str())
            .bind(code.index.as_bytes().to_vec())
            .bind(code.hash.expose())
            .execute(&mut **tx)
            .await
            .map_err(port)?;
    }
    Ok(())
}
