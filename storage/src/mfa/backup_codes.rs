//! Sets of backup codes: one valid set, and one pending set that may replace it.

use domain::{
    blind_index::BlindIndex,
    ids::{BackupCodeId, CodeSetId, UserId},
    ports::{NewCodeSet, PortError, SecretHash, StoredBackupCode},
    time::Timestamp,
};
use sqlx::AssertSqlSafe;

use crate::{
    Store,
    engine::{
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
};

pub async fn find(
    store: &Store,
    user: &UserId,
    index: BlindIndex,
) -> Result<Option<StoredBackupCode>, PortError> {
    let sql =
        "SELECT b.id, b.hash, b.used_at FROM backup_codes b JOIN code_sets s ON s.id = b.set_id
               WHERE s.user_id = $1 AND s.is_valid = 1 AND b.lookup = $2";
    let Some(row) = store
        .row(
            query(sql)
                .bind(user.as_str())
                .bind(index.as_bytes().as_slice()),
        )
        .await?
    else {
        return Ok(None);
    };
    let hash = row
        .secret("hash")?
        .unwrap_or_else(|| SecretHash::phc(String::new()));
    Ok(Some(StoredBackupCode {
        id: row.value("id")?,
        hash,
        is_used: row.maybe_at("used_at")?.is_some(),
    }))
}

/// Marks one code of the user's valid set as used; true only for the call that did it.
pub async fn spend(
    write: &mut WriteTransaction,
    user: &UserId,
    code: &BackupCodeId,
    at: Timestamp,
) -> Result<bool, PortError> {
    let spend = "UPDATE backup_codes SET used_at = $3 WHERE id = $1 AND used_at IS NULL
                 AND set_id IN (SELECT id FROM code_sets WHERE user_id = $2 AND is_valid = 1)";
    let spend = query(spend).bind(code.as_str()).bind(user.as_str());
    Ok(write.run(spend.bind(at.millis())).await? == 1)
}

pub async fn left(write: &mut WriteTransaction, user: &UserId) -> Result<u32, PortError> {
    let sql = "SELECT COUNT(*) FROM backup_codes b JOIN code_sets s ON s.id = b.set_id
               WHERE s.user_id = $1 AND s.is_valid = 1 AND b.used_at IS NULL";
    write.count(query(sql).bind(user.as_str())).await
}

/// Stores the first set of a new method: valid at once, and the only one.
pub async fn replace_all(
    write: &mut WriteTransaction,
    user: &UserId,
    codes: &NewCodeSet,
) -> Result<(), PortError> {
    write
        .run(query("DELETE FROM code_sets WHERE user_id = $1").bind(user.as_str()))
        .await?;
    insert(write, user, codes, true).await
}

pub async fn keep_pending(
    write: &mut WriteTransaction,
    user: &UserId,
    codes: &NewCodeSet,
) -> Result<(), PortError> {
    drop_pending(write, user).await?;
    insert(write, user, codes, false).await
}

pub async fn drop_pending(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let waiting =
        query("DELETE FROM code_sets WHERE user_id = $1 AND is_valid = 0").bind(user.as_str());
    write.run(waiting).await.map(drop)
}

/// Makes the set that the user saved valid; a pending set replaces the valid one. False if the set is neither.
pub async fn make_valid(
    write: &mut WriteTransaction,
    user: &UserId,
    set: &CodeSetId,
    now: Timestamp,
) -> Result<bool, PortError> {
    let others = "DELETE FROM code_sets WHERE user_id = $1 AND id <> $2
                  AND EXISTS (SELECT 1 FROM code_sets s WHERE s.user_id = $1 AND s.id = $2)";
    write
        .run(query(others).bind(user.as_str()).bind(set.as_str()))
        .await?;
    let saved =
        query("UPDATE code_sets SET is_valid = 1, saved_at = $3 WHERE user_id = $1 AND id = $2");
    let saved = saved
        .bind(user.as_str())
        .bind(set.as_str())
        .bind(now.millis());
    Ok(write.run(saved).await? == 1)
}

async fn insert(
    write: &mut WriteTransaction,
    user: &UserId,
    codes: &NewCodeSet,
    is_valid: bool,
) -> Result<(), PortError> {
    let set = query(
        "INSERT INTO code_sets (id, user_id, is_valid, created_at, drawn_by) VALUES ($1, $2, $3, $4, $5)",
    );
    let set = set
        .bind(codes.id.as_str())
        .bind(user.as_str())
        .bind(i64::from(is_valid))
        .bind(codes.at.millis())
        .bind(codes.drawn_by.as_str());
    write.run(set).await?;
    if codes.codes.is_empty() {
        Ok(())
    } else {
        write.run(insert_codes(codes)).await.map(drop)
    }
}

/// Inserts all codes in one statement: `$1` is the set, followed by three values per code.
fn insert_codes(codes: &NewCodeSet) -> Statement {
    let values: Vec<String> = (0..codes.codes.len())
        .map(|i| format!("(${}, $1, ${}, ${})", 3 * i + 2, 3 * i + 3, 3 * i + 4))
        .collect();
    let text = format!(
        "INSERT INTO backup_codes (id, set_id, lookup, hash) VALUES {}",
        values.join(", ")
    );
    let sql: Statement = query(AssertSqlSafe(text)).bind(codes.id.as_str());
    codes.codes.iter().fold(sql, |sql, code| {
        sql.bind(code.id.as_str())
            .bind(code.index.as_bytes().as_slice())
            .bind(code.hash.expose())
    })
}
