//! Sets of backup codes: one valid set, and one pending set that may replace it.

use domain::{
    blind_index::BlindIndex,
    ids::{BackupCodeId, CodeSetId, UserId},
    ports::{NewCodeSet, PortError, SecretHash, StoredBackupCode},
    time::Timestamp,
};

use crate::{
    Store,
    engine::{batch::Batch, rows::Values, statement::query, transaction::WriteTransaction},
};

const FIND: &str = "
    SELECT b.id, b.hash, b.used_at
    FROM backup_codes b
    JOIN code_sets s ON s.id = b.set_id
    WHERE s.user_id = $1 AND s.is_valid = 1 AND b.lookup = $2";

const SPEND: &str = "
    UPDATE backup_codes
    SET used_at = $3
    WHERE id = $1 AND used_at IS NULL
        AND set_id IN (SELECT id FROM code_sets WHERE user_id = $2 AND is_valid = 1)";

const COUNT_LEFT: &str = "
    SELECT COUNT(*)
    FROM backup_codes b
    JOIN code_sets s ON s.id = b.set_id
    WHERE s.user_id = $1 AND s.is_valid = 1 AND b.used_at IS NULL";

const DELETE_SETS: &str = "
    DELETE FROM code_sets
    WHERE user_id = $1";

const DELETE_PENDING_SET: &str = "
    DELETE FROM code_sets
    WHERE user_id = $1 AND is_valid = 0";

/// Deletes all sets but `$2`, if that one exists.
const DELETE_OTHER_SETS: &str = "
    DELETE FROM code_sets
    WHERE user_id = $1 AND id <> $2
        AND EXISTS (SELECT 1 FROM code_sets s WHERE s.user_id = $1 AND s.id = $2)";

const MAKE_SET_VALID: &str = "
    UPDATE code_sets
    SET is_valid = 1, saved_at = $3
    WHERE user_id = $1 AND id = $2";

const INSERT_SET: &str = "
    INSERT INTO code_sets (id, user_id, is_valid, created_at, drawn_by)
    VALUES ($1, $2, $3, $4, $5)";

const INSERT_CODE: &str = "
    INSERT INTO backup_codes (id, set_id, lookup, hash)
    VALUES ($1, $2, $3, $4)";

pub async fn find(
    store: &Store,
    user: &UserId,
    index: BlindIndex,
) -> Result<Option<StoredBackupCode>, PortError> {
    let find = query(FIND)
        .bind(user.as_str())
        .bind(index.as_bytes().as_slice());
    let Some(row) = store.row(find).await? else {
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
    let spend = query(SPEND).bind(code.as_str()).bind(user.as_str());
    Ok(write.run(spend.bind(at.millis())).await? == 1)
}

/// How many codes of the user's valid set still work.
pub async fn count_left(write: &mut WriteTransaction, user: &UserId) -> Result<u32, PortError> {
    write.count(query(COUNT_LEFT).bind(user.as_str())).await
}

/// Stores the first set of a new method: valid at once, and the only one.
pub async fn replace_all(
    write: &mut WriteTransaction,
    user: &UserId,
    codes: &NewCodeSet,
) -> Result<(), PortError> {
    delete_sets(write, user).await?;
    insert(write, user, codes, Validity::Valid).await
}

/// Deletes the valid and the pending set.
pub async fn delete_sets(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let delete = query(DELETE_SETS).bind(user.as_str());
    write.run(delete).await.map(drop)
}

pub async fn keep_pending(
    write: &mut WriteTransaction,
    user: &UserId,
    codes: &NewCodeSet,
) -> Result<(), PortError> {
    drop_pending(write, user).await?;
    insert(write, user, codes, Validity::Pending).await
}

pub async fn drop_pending(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let delete = query(DELETE_PENDING_SET).bind(user.as_str());
    write.run(delete).await.map(drop)
}

/// Makes the set that the user saved valid; a pending set replaces the valid one. False if the set
/// is neither.
pub async fn make_valid(
    write: &mut WriteTransaction,
    user: &UserId,
    set: &CodeSetId,
    now: Timestamp,
) -> Result<bool, PortError> {
    let others = query(DELETE_OTHER_SETS)
        .bind(user.as_str())
        .bind(set.as_str());
    write.run(others).await?;
    let saved = query(MAKE_SET_VALID)
        .bind(user.as_str())
        .bind(set.as_str())
        .bind(now.millis());
    Ok(write.run(saved).await? == 1)
}

/// Whether a new set works at once.
#[derive(Clone, Copy)]
enum Validity {
    Valid,
    Pending,
}

async fn insert(
    write: &mut WriteTransaction,
    user: &UserId,
    codes: &NewCodeSet,
    validity: Validity,
) -> Result<(), PortError> {
    let is_valid = match validity {
        Validity::Valid => 1_i64,
        Validity::Pending => 0,
    };
    let mut batch = Batch::default();
    let set = query(INSERT_SET)
        .bind(codes.id.as_str())
        .bind(user.as_str())
        .bind(is_valid)
        .bind(codes.at.millis())
        .bind(codes.drawn_by.as_str());
    batch.add(set);
    for code in &codes.codes {
        let code = query(INSERT_CODE)
            .bind(code.id.as_str())
            .bind(codes.id.as_str())
            .bind(code.index.as_bytes().as_slice())
            .bind(code.hash.expose());
        batch.add(code);
    }
    write.run_batch(batch).await.map(drop)
}
