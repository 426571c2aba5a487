//! Rows that a master key seals, and key rotation in small transactions while the server runs. A
//! row that has changed is skipped.

use domain::{
    events::{Action, Event},
    ids::{MethodId, SessionId, UserId},
    people::email::Email,
    ports::PortError,
    secrets::vault::{KeyId, SealContext, Sealed},
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
};

/// A sealed authenticator key or credential, and the row it belongs to.
#[derive(Debug, Clone)]
pub enum SealedRow {
    /// The key of an authenticator application.
    Method(UserId, MethodId, Sealed),
    /// The credential of a passkey or security key.
    PublicKey(UserId, MethodId, Sealed),
    /// The key that a session is setting up.
    Pending(UserId, SessionId, Sealed),
}

/// The result of replacing a stored key or check value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyReplacement {
    /// The new value is stored.
    Replaced,
    /// Another process changed the value meanwhile; nothing was changed.
    Stale,
}

impl KeyReplacement {
    const fn of(is_replaced: bool) -> Self {
        if is_replaced {
            Self::Replaced
        } else {
            Self::Stale
        }
    }
}

/// A table of sealed keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedTable {
    /// Authenticator applications.
    Methods,
    /// Passkeys and security keys.
    PublicKeys,
    /// Pending keys.
    Pending,
}

impl SealedTable {
    /// All tables, in the order in which a rotation goes through them.
    pub const ALL: [Self; 3] = [Self::Methods, Self::PublicKeys, Self::Pending];
}

impl SealedRow {
    /// The row's id, by which the table is iterated.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Method(_, id, _) | Self::PublicKey(_, id, _) => id.as_str(),
            Self::Pending(_, id, _) => id.as_str(),
        }
    }

    /// The sealed key or credential.
    #[must_use]
    pub const fn key(&self) -> &Sealed {
        match self {
            Self::Method(.., key) | Self::PublicKey(.., key) | Self::Pending(.., key) => key,
        }
    }

    /// The row's user.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        match self {
            Self::Method(user, ..) | Self::PublicKey(user, ..) | Self::Pending(user, ..) => user,
        }
    }

    /// What it is sealed for.
    #[must_use]
    pub const fn place(&self) -> SealContext<'_> {
        match self {
            Self::Method(user, id, _) => SealContext::Method(user, id),
            Self::PublicKey(user, id, _) => SealContext::Credential(user, id),
            Self::Pending(user, id, _) => SealContext::Pending(user, id),
        }
    }
}

/// Skips from key to key by the index, so that a start does not read a hundred thousand methods for
/// one key, or hold them in memory.
const NEEDED: &str = "
    WITH RECURSIVE of_methods (key_id) AS (
        SELECT MIN(key_id) FROM app_keys
        UNION ALL
        SELECT (SELECT MIN(k.key_id) FROM app_keys k WHERE k.key_id > o.key_id)
        FROM of_methods o
        WHERE o.key_id IS NOT NULL
    ), of_public_keys (key_id) AS (
        SELECT MIN(key_id) FROM public_keys
        UNION ALL
        SELECT (SELECT MIN(k.key_id) FROM public_keys k WHERE k.key_id > o.key_id)
        FROM of_public_keys o
        WHERE o.key_id IS NOT NULL
    )
    SELECT key_id FROM of_methods WHERE key_id IS NOT NULL
    UNION SELECT key_id FROM of_public_keys WHERE key_id IS NOT NULL
    UNION SELECT key_id FROM pending_keys WHERE key_id IS NOT NULL
    UNION SELECT key_id FROM data_keys
    ORDER BY 1";

impl Store {
    /// The master keys that any row is sealed with.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.needed_keys"))]
    pub async fn needed_keys(&self) -> Result<Vec<KeyId>, PortError> {
        let rows = self.rows(query(NEEDED)).await?;
        rows.iter().map(key_id).collect()
    }

    /// The master keys that the data keys are sealed with. Without all of them the server can't
    /// work.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.keys_of_data_keys"))]
    pub async fn keys_of_data_keys(&self) -> Result<Vec<KeyId>, PortError> {
        const OF_DATA_KEYS: &str = "SELECT DISTINCT key_id FROM data_keys ORDER BY 1";
        let rows = self.rows(query(OF_DATA_KEYS)).await?;
        rows.iter().map(key_id).collect()
    }

    /// Users with a method that is sealed with this master key, ordered by address, at most
    /// `limit`.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.people_of_key"))]
    pub async fn people_of_key(&self, key: &KeyId, limit: u32) -> Result<Vec<Email>, PortError> {
        const PEOPLE: &str = "
            SELECT DISTINCT u.email
            FROM (
                SELECT method_id FROM app_keys WHERE key_id = $1
                UNION ALL
                SELECT method_id FROM public_keys WHERE key_id = $1
            ) k
            JOIN mfa_methods m ON m.id = k.method_id
            JOIN users u ON u.id = m.user_id
            ORDER BY u.email
            LIMIT $2";
        let people = query(PEOPLE)
            .bind(key.as_str().to_owned())
            .bind(i64::from(limit));
        let rows = self.rows(people).await?;
        rows.iter().map(|row| row.stored_text("email")).collect()
    }

    /// How many rows are sealed with this master key.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.rows_of_key"))]
    pub async fn rows_of_key(&self, key: &KeyId) -> Result<u32, PortError> {
        const ROWS: &str = "
            SELECT (SELECT COUNT(*) FROM app_keys WHERE key_id = $1)
                 + (SELECT COUNT(*) FROM public_keys WHERE key_id = $1)
                 + (SELECT COUNT(*) FROM pending_keys WHERE key_id = $1)
                 + (SELECT COUNT(*) FROM data_keys WHERE key_id = $1) AS needing";
        let row = self.row(query(ROWS).bind(key.as_str().to_owned())).await?;
        row.map_or(Ok(0), |row| row.count("needing"))
    }

    /// The stored data key for a purpose.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.data_key"))]
    pub async fn data_key(&self, purpose: &str) -> Result<Option<Sealed>, PortError> {
        let row = self.row(of_purpose(purpose)).await?;
        row.map(|row| row.sealed()).transpose()
    }

    /// Stores a data key unless this purpose has one.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.keep_data_key"))]
    pub async fn keep_data_key(&self, purpose: &str, key: &Sealed) -> Result<(), PortError> {
        const KEEP: &str = "
            INSERT INTO data_keys (purpose, key_id, sealed_key)
            VALUES ($1, $2, $3)
            ON CONFLICT (purpose) DO NOTHING";
        let mut write = self.write().await?;
        let keep = query(KEEP)
            .bind(purpose.to_owned())
            .bind(key.key_id.as_str().to_owned())
            .bind(key.bytes.clone());
        write.run(keep).await?;
        write.commit(EventNote::Nothing).await
    }

    /// Replaces a data key by its resealed version, unless it was changed meanwhile.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.replace_data_key"))]
    pub async fn replace_data_key(
        &self,
        purpose: &str,
        old: &Sealed,
        new: &Sealed,
    ) -> Result<KeyReplacement, PortError> {
        const REPLACE: &str = "
            UPDATE data_keys
            SET key_id = $4, sealed_key = $5
            WHERE purpose = $1 AND key_id = $2 AND sealed_key = $3";
        let mut write = self.write().await?;
        let replaced = write.run(bound(REPLACE, purpose, old, new)).await? == 1;
        write.commit_if(replaced, EventNote::Nothing).await?;
        Ok(KeyReplacement::of(replaced))
    }

    /// The next rows after `after` that are sealed with another key than `key`, ordered by id.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.sealed_otherwise"))]
    pub async fn sealed_otherwise(
        &self,
        table: SealedTable,
        key: &KeyId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SealedRow>, PortError> {
        let rows = self.rows(select(table, key, after, limit)).await?;
        rows.iter().map(|row| read(table, row)).collect()
    }

    /// Replaces keys by their resealed versions in one transaction; returns how many were unchanged
    /// since they were read.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.reseal"))]
    pub async fn reseal(&self, rows: &[(SealedRow, Sealed)]) -> Result<u64, PortError> {
        let mut write = self.write().await?;
        let mut count = 0;
        for (row, new) in rows {
            count += reseal(&mut write, row, new).await?;
        }
        // The rotation is recorded as one event when it ends.
        write.commit(EventNote::Nothing).await?;
        Ok(count)
    }

    /// Records that the database belongs to another key now, unless another process already has.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "keys.replace_key_check"))]
    pub async fn replace_key_check(
        &self,
        old: &[u8],
        new: [u8; 32],
        key: &KeyId,
    ) -> Result<KeyReplacement, PortError> {
        const REPLACE: &str = "UPDATE key_check SET value = $2 WHERE id = 1 AND value = $1";
        let mut write = self.write().await?;
        let replace = query(REPLACE).bind(old.to_vec()).bind(new.to_vec());
        let replaced = write.run(replace).await? == 1;
        let event = Event::done(Action::KeyRotate).saying(key.as_str());
        write.commit_if(replaced, event).await?;
        Ok(KeyReplacement::of(replaced))
    }
}

/// The next rows after `after` that are sealed with another key than `key`.
pub fn select(table: SealedTable, key: &KeyId, after: &str, limit: u32) -> Statement {
    const METHODS: &str = "
        SELECT k.method_id, m.user_id, k.key_id, k.sealed_key
        FROM app_keys k JOIN mfa_methods m ON m.id = k.method_id
        WHERE k.method_id > $1 AND k.key_id <> $2
        ORDER BY k.method_id
        LIMIT $3";
    const PUBLIC_KEYS: &str = "
        SELECT k.method_id, m.user_id, k.key_id, k.sealed_key
        FROM public_keys k JOIN mfa_methods m ON m.id = k.method_id
        WHERE k.method_id > $1 AND k.key_id <> $2
        ORDER BY k.method_id
        LIMIT $3";
    /// A pending key without a sealed one has no key id, so that it is not found.
    const PENDING: &str = "
        SELECT session_id, user_id, key_id, sealed_key
        FROM pending_keys
        WHERE session_id > $1 AND key_id <> $2
        ORDER BY session_id
        LIMIT $3";
    let sql = match table {
        SealedTable::Methods => METHODS,
        SealedTable::PublicKeys => PUBLIC_KEYS,
        SealedTable::Pending => PENDING,
    };
    query(sql)
        .bind(after.to_owned())
        .bind(key.as_str().to_owned())
        .bind(i64::from(limit))
}

/// A row of [`select`].
pub fn read(table: SealedTable, row: &sqlx::any::AnyRow) -> Result<SealedRow, PortError> {
    let user = row.value("user_id")?;
    Ok(match table {
        SealedTable::Methods => SealedRow::Method(user, row.value("method_id")?, row.sealed()?),
        SealedTable::PublicKeys => {
            SealedRow::PublicKey(user, row.value("method_id")?, row.sealed()?)
        }
        SealedTable::Pending => SealedRow::Pending(user, row.value("session_id")?, row.sealed()?),
    })
}

/// Selects the data key for a purpose.
pub fn of_purpose(purpose: &str) -> Statement {
    const OF_PURPOSE: &str = "SELECT key_id, sealed_key FROM data_keys WHERE purpose = $1";
    query(OF_PURPOSE).bind(purpose.to_owned())
}

pub fn key_id(row: &sqlx::any::AnyRow) -> Result<KeyId, PortError> {
    let id = sqlx::Row::try_get::<String, _>(row, "key_id");
    id.map(KeyId::stored).map_err(crate::engine::error::port)
}

async fn reseal(
    write: &mut WriteTransaction,
    row: &SealedRow,
    new: &Sealed,
) -> Result<u64, PortError> {
    const METHOD: &str = "
        UPDATE app_keys
        SET key_id = $4, sealed_key = $5
        WHERE method_id = $1 AND key_id = $2 AND sealed_key = $3";
    const PUBLIC_KEY: &str = "
        UPDATE public_keys
        SET key_id = $4, sealed_key = $5
        WHERE method_id = $1 AND key_id = $2 AND sealed_key = $3";
    const PENDING: &str = "
        UPDATE pending_keys
        SET key_id = $4, sealed_key = $5
        WHERE session_id = $1 AND key_id = $2 AND sealed_key = $3";
    let sql = match row {
        SealedRow::Method(..) => METHOD,
        SealedRow::PublicKey(..) => PUBLIC_KEY,
        SealedRow::Pending(..) => PENDING,
    };
    write.run(bound(sql, row.id(), row.key(), new)).await
}

/// Binds `$1` to the row's id, `$2` and `$3` to the old key, and `$4` and `$5` to the new key.
fn bound(sql: &'static str, id: &str, old: &Sealed, new: &Sealed) -> Statement {
    query(sql)
        .bind(id.to_owned())
        .bind(old.key_id.as_str().to_owned())
        .bind(old.bytes.clone())
        .bind(new.key_id.as_str().to_owned())
        .bind(new.bytes.clone())
}
