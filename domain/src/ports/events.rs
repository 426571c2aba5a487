use async_trait::async_trait;

use super::PortError;
use crate::events::{Event, Outcome};

/// Security events that no other change brings with it. Every other one is written by the change itself, in its transaction.
#[async_trait]
pub trait Events: Send + Sync {
    /// Writes one down. The same one again from the same session or address within a minute only counts up: a flood of them fills no disk.
    async fn note(&self, event: Event) -> Result<(), PortError>;

    /// Says how the attempt ended that this request counted and nothing has completed; without one it does nothing.
    async fn settle(&self, outcome: Outcome) -> Result<(), PortError>;
}
