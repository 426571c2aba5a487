//! What a server keeps in memory about strangers: the budget of event rows for them, and the
//! addresses that exceed their rate limit. Both are bounded, and empty after a start. The database
//! holds the rate limits themselves.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{
    events::{Action, Actor, Event, Origin, Outcome, StrangerBudget},
    network::client_address::CountedAddress,
    ports::PortError,
    session::address_limit::WINDOW,
    time::Timestamp,
};

use crate::{
    Store,
    engine::{event_rows, transaction::EventNote},
};

/// The maximum number of refused addresses kept in memory. Further ones are looked up in the
/// database.
const ADDRESSES: usize = 4096;
/// The detail of a merged row.
const MANY: &str = "many addresses, merged";

/// One server's memory of strangers.
#[derive(Default)]
pub struct Strangers {
    budget: Mutex<StrangerBudget>,
    refused: Mutex<HashMap<CountedAddress, Timestamp>>,
}

impl Strangers {
    pub fn budget(&self) -> MutexGuard<'_, StrangerBudget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when an address is refused, as far as this server remembers. An entry that ends later
    /// than any limit can is ignored, because the clock was set back.
    pub fn refused(&self, address: &CountedAddress, now: Timestamp) -> Option<Timestamp> {
        let until = *self.addresses().get(address)?;
        let holds = now < until && until <= now.plus(WINDOW);
        holds.then_some(until)
    }

    /// Remembers that the database refuses an address.
    pub fn refuse(&self, address: &CountedAddress, until: Timestamp, now: Timestamp) {
        let mut addresses = self.addresses();
        if addresses.len() >= ADDRESSES {
            addresses.retain(|_, until| now < *until && *until <= now.plus(WINDOW));
        }
        if addresses.len() < ADDRESSES {
            addresses.insert(address.clone(), until);
        }
    }

    /// Forgets an address, because one of its attempts was given back and it may be below its limit
    /// again.
    pub fn forget(&self, address: &CountedAddress) {
        self.addresses().remove(address);
    }

    /// Whether a refusal gets its own row: always within a session, otherwise while the budget
    /// lasts. Merges it here if not.
    pub fn tells_apart(&self, origin: &Origin, event: &Event) -> bool {
        if origin.actor != Actor::Nobody || origin.session.is_some() {
            return true;
        }
        let mut budget = self.budget();
        let is_own = budget.refused.take(origin.at);
        if !is_own {
            budget.merge(event.action, event.outcome);
        }
        is_own
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<CountedAddress, Timestamp>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Writes the merged events since the last call, one row per kind, and returns the number of
    /// rows. Runs once a minute and at shutdown.
    pub async fn flush_strangers(&self, now: Timestamp) -> Result<usize, PortError> {
        let waiting = self.scope.strangers.budget().take_merged();
        if waiting.is_empty() {
            return Ok(0);
        }
        let mut rows: Vec<(Action, Outcome, u32)> = waiting.clone();
        let written = self.write_merged(&rows, now).await;
        if let Err(error) = written {
            // Counted again for the next run.
            let mut budget = self.scope.strangers.budget();
            for (action, outcome, times) in rows.drain(..) {
                budget.merge_many(action, outcome, times);
            }
            return Err(error);
        }
        Ok(waiting.len())
    }

    async fn write_merged(
        &self,
        rows: &[(Action, Outcome, u32)],
        now: Timestamp,
    ) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let statements = rows.iter().map(|(action, outcome, times)| {
            let event = Event::new(*action, *outcome).saying(MANY);
            let origin = Origin::here(Actor::Nobody, now);
            event_rows::insert_times_statement(&origin, &event, *times)
        });
        write.run_batch(statements.collect()).await?;
        write.commit(EventNote::Nothing).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::network::client_address::ClientAddress;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn address(number: u32) -> CountedAddress {
        ClientAddress::new(std::net::Ipv4Addr::from(number).into()).counted()
    }

    #[test]
    fn a_refused_address_is_remembered_until_then_and_no_longer() {
        let (strangers, until) = (Strangers::default(), NOW.plus(Duration::from_secs(9)));
        strangers.refuse(&address(1), until, NOW);
        assert_eq!(strangers.refused(&address(1), NOW), Some(until));
        assert_eq!(strangers.refused(&address(2), NOW), None);
        assert_eq!(strangers.refused(&address(1), until), None);
        let put_back = NOW.minus(WINDOW);
        assert_eq!(strangers.refused(&address(1), put_back), None);
        strangers.forget(&address(1));
        assert_eq!(strangers.refused(&address(1), NOW), None);
    }

    /// RB2. The memory of addresses is bounded however many come, and expired ones make room.
    #[test]
    fn rb2_the_memory_of_addresses_is_bounded() {
        let (strangers, until) = (Strangers::default(), NOW.plus(WINDOW));
        for number in 0..100_000 {
            strangers.refuse(&address(number), until, NOW);
        }
        assert_eq!(strangers.addresses().len(), ADDRESSES);
        strangers.refuse(&address(100_000), until.plus(WINDOW), until);
        assert_eq!(strangers.addresses().len(), 1);
    }
}
