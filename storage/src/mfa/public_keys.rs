//! Passkeys and security keys: their rows, and what a right signature leaves in them.

use domain::{
    ids::{MethodId, UserId},
    ports::{KeyUse, PortError, PublicKeyRecord},
    time::Timestamp,
    webauthn::{authenticators::KeyKind, values::Transports},
};
use sqlx::any::AnyRow;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        error::damaged,
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    mfa::methods,
};

/// No row changes if the credential is registered already.
const INSERT: &str = "
    INSERT INTO public_keys (
        method_id, credential_id, key_id, sealed_key,
        counter, backup_eligible, backed_up, transports, rp_id
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (credential_id) DO NOTHING";

/// The counter must be the one that the signature was judged by, so that of two signatures at once
/// only one is accepted unless neither counts.
const STORE_USE: &str = "
    UPDATE public_keys
    SET counter = $4, backup_eligible = $5, backed_up = $6
    WHERE method_id = $1 AND counter = $3
        AND EXISTS (SELECT 1 FROM mfa_methods m WHERE m.id = $1 AND m.user_id = $2)";

/// Reads only the parts of the index that belong to others.
const OF_OTHER_RP: &str = "
    SELECT (SELECT COUNT(*) FROM public_keys WHERE rp_id < $1)
         + (SELECT COUNT(*) FROM public_keys WHERE rp_id > $1) AS keys";

impl Store {
    /// How many passkeys and security keys belong to another RP ID, so that they do not work.
    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "public_keys.keys_of_other_rp")
    )]
    pub async fn keys_of_other_rp(&self, rp_id: &str) -> Result<u32, PortError> {
        let row = self.row(query(OF_OTHER_RP).bind(rp_id.to_owned())).await?;
        row.map_or(Ok(0), |row| row.count("keys"))
    }
}

/// Stores the key of a new method. False if the credential is registered already, for whomever.
pub async fn insert(
    write: &mut WriteTransaction,
    method: &MethodId,
    key: &PublicKeyRecord,
) -> Result<bool, PortError> {
    let insert = query(INSERT)
        .bind(method.as_str())
        .bind(key.id.as_bytes())
        .bind(key.credential.key_id.as_str())
        .bind(key.credential.bytes.as_slice())
        .bind(i64::from(key.counter))
        .bind(i64::from(key.backup_eligible))
        .bind(i64::from(key.backed_up))
        .bind(key.transports.to_string())
        .bind(key.rp_id.as_str());
    Ok(write.run(insert).await? == 1)
}

/// Reads the columns of a key.
pub fn record(row: &AnyRow, kind: KeyKind) -> Result<PublicKeyRecord, PortError> {
    let text = |column| row.value::<String>(column);
    Ok(PublicKeyRecord {
        kind,
        credential: row.sealed()?,
        id: row.bytes("credential_id")?.try_into().map_err(damaged)?,
        counter: row.count("counter")?,
        backup_eligible: row.flag("backup_eligible")?,
        backed_up: row.flag("backed_up")?,
        transports: Transports::from(text("transports")?.as_str()),
        rp_id: text("rp_id")?,
    })
}

/// Stores what a signature leaves; false if the key signed something else meanwhile, or is not the
/// user's any more.
pub async fn store_use(
    write: &mut WriteTransaction,
    user: &UserId,
    key: &KeyUse,
    at: Timestamp,
) -> Result<bool, PortError> {
    if write.run(store_use_statement(user, key)).await? != 1 {
        return Ok(false);
    }
    let note_use = methods::note_use_statement(user, &key.method, at);
    write.run(note_use).await?;
    Ok(true)
}

/// The statement that decides in [`store_use`].
pub fn store_use_statement(user: &UserId, key: &KeyUse) -> Statement {
    query(STORE_USE)
        .bind(key.method.as_str())
        .bind(user.as_str())
        .bind(i64::from(key.judged_by))
        .bind(i64::from(key.counter))
        .bind(i64::from(key.backup_eligible))
        .bind(i64::from(key.backed_up))
}
