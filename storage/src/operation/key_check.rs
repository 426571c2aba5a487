//! The check value that detects a wrong key file at start.

use domain::ports::PortError;

use crate::{
    Store,
    engine::{rows::Values, statement::query, transaction::EventNote},
};

impl Store {
    /// The stored check value.
    pub async fn key_check(&self) -> Result<Option<Vec<u8>>, PortError> {
        self.row(query("SELECT value FROM key_check WHERE id = 1"))
            .await?
            .map(|row| row.bytes("value"))
            .transpose()
    }

    /// Stores a check value unless there is one, and returns the stored one for the caller to compare.
    pub async fn keep_key_check(&self, check: &[u8; 32]) -> Result<Vec<u8>, PortError> {
        if let Some(kept) = self.key_check().await? {
            return Ok(kept);
        }
        let mut write = self.write().await?;
        let keep =
            query("INSERT INTO key_check (id, value) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
                .bind(check.as_slice());
        write.run(keep).await?;
        write.commit(EventNote::Nothing).await?;
        Ok(self.key_check().await?.unwrap_or_default())
    }
}
