//! The check value that detects a wrong key file at start.

use domain::ports::PortError;
use tracing::instrument;

use crate::{
    Store,
    engine::{rows::Values, statement::query, transaction::EventNote},
};

impl Store {
    /// The stored check value.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "key_check.key_check"))]
    pub async fn key_check(&self) -> Result<Option<Vec<u8>>, PortError> {
        const VALUE: &str = "SELECT value FROM key_check WHERE id = 1";
        let row = self.row(query(VALUE)).await?;
        row.map(|row| row.bytes("value")).transpose()
    }

    /// Stores a check value unless there is one, and returns the stored one for the caller to
    /// compare.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "key_check.keep_key_check"))]
    pub async fn keep_key_check(&self, check: &[u8; 32]) -> Result<Vec<u8>, PortError> {
        const KEEP: &str = "
            INSERT INTO key_check (id, value)
            VALUES (1, $1)
            ON CONFLICT (id) DO NOTHING";
        if let Some(kept) = self.key_check().await? {
            return Ok(kept);
        }
        let mut write = self.write().await?;
        write.run(query(KEEP).bind(check.as_slice())).await?;
        write.commit(EventNote::Nothing).await?;
        Ok(self.key_check().await?.unwrap_or_default())
    }
}
