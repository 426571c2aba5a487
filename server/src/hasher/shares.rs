//! Limits how many places each holder (a user or a network) may take.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::ports::Overloaded;

/// A fixed number of places.
pub struct Shares<Holder: Eq + Hash> {
    held: Arc<Mutex<ShareCounts<Holder>>>,
    /// The total number of places.
    places: usize,
    /// How many places one holder may have.
    each: usize,
    /// Only this part (1/n) of both is given.
    part: AtomicUsize,
}

/// How many places are taken. A holder without any is removed, so that the map never has more
/// entries than there are places.
struct ShareCounts<Holder> {
    all: usize,
    by: HashMap<Holder, usize>,
}

/// One place, held until it is dropped.
pub struct Share<Holder: Eq + Hash> {
    /// None for the operator, whose hashes are not limited by a share.
    holder: Option<Holder>,
    held: Arc<Mutex<ShareCounts<Holder>>>,
}

impl<Holder: Eq + Hash + Clone> Shares<Holder> {
    /// Creates `places` places, of which one holder may have `each`.
    pub fn new(places: usize, each: usize) -> Self {
        let held = ShareCounts {
            all: 0,
            by: HashMap::new(),
        };
        Self {
            held: Arc::new(Mutex::new(held)),
            places,
            each,
            part: AtomicUsize::new(1),
        }
    }

    /// Gives only this part (1/n) of the places from now on, but at least one.
    pub fn thin_out(&self, part: usize) {
        self.part.store(part.max(1), Ordering::Relaxed);
    }

    /// Takes a place or refuses at once. Without a holder only the total number of places counts.
    pub fn take(&self, holder: Option<&Holder>) -> Result<Share<Holder>, Overloaded> {
        let mut held = lock(&self.held);
        if !self.is_free(&held, holder) {
            return Err(Overloaded);
        }
        held.all += 1;
        if let Some(holder) = holder {
            *held.by.entry(holder.clone()).or_default() += 1;
        }
        Ok(Share {
            holder: holder.cloned(),
            held: Arc::clone(&self.held),
        })
    }

    /// Returns whether [`Self::take`] would refuse now.
    pub fn is_full(&self, holder: Option<&Holder>) -> bool {
        !self.is_free(&lock(&self.held), holder)
    }

    fn is_free(&self, held: &ShareCounts<Holder>, holder: Option<&Holder>) -> bool {
        let own = holder.and_then(|holder| held.by.get(holder));
        let part = self.part.load(Ordering::Relaxed);
        let given = |places: usize| places.div_ceil(part);
        held.all < given(self.places) && own.is_none_or(|own| *own < given(self.each))
    }
}

impl<Holder: Eq + Hash> Drop for Share<Holder> {
    fn drop(&mut self) {
        let mut held = lock(&self.held);
        held.all = held.all.saturating_sub(1);
        let Some(holder) = &self.holder else { return };
        if let Some(own) = held.by.get_mut(holder) {
            *own -= 1;
            if *own == 0 {
                held.by.remove(holder);
            }
        }
    }
}

fn lock<Holder>(held: &Mutex<ShareCounts<Holder>>) -> MutexGuard<'_, ShareCounts<Holder>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_leaves_places_to_others() {
        let shares = Shares::new(5, 4);
        let mut own: Vec<_> = (0..4)
            .map(|_| shares.take(Some(&"eve")).ok().unwrap())
            .collect();
        assert!(shares.is_full(Some(&"eve")) && shares.take(Some(&"eve")).is_err());
        assert!(!shares.is_full(Some(&"ada")));
        let other = shares.take(Some(&"ada")).ok().unwrap();
        assert!(shares.take(Some(&"ada")).is_err(), "all of them are taken");
        assert!(shares.take(None).is_err());
        drop((own.pop(), other));
        assert!(
            shares.take(Some(&"eve")).is_ok(),
            "what was given back counts no more"
        );
    }

    #[test]
    fn a_holder_without_places_is_forgotten() {
        let shares = Shares::new(3, 1);
        drop(shares.take(Some(&"ada")));
        drop(shares.take(None));
        let held = lock(&shares.held);
        assert!(held.by.is_empty() && held.all == 0);
    }
}
