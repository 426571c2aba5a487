//! Security events that are not part of another change.

use async_trait::async_trait;

use super::PortError;
use crate::events::{Event, Outcome};

/// Security events that are not part of another change. All other events are written by the change
/// itself, in its transaction.
#[async_trait]
pub trait Events: Send + Sync {
    /// Writes an event. A repetition from the same session or address within a minute only
    /// increments a counter, so a flood can't fill the disk.
    async fn note(&self, event: Event) -> Result<(), PortError>;

    /// Sets the outcome of the attempt that this request counted and did not complete. Without such
    /// an attempt nothing happens.
    async fn settle(&self, outcome: Outcome) -> Result<(), PortError>;
}
