//! Who has a set of backup codes hashed: few at a time, and each person less.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{ids::UserId, ports::NoPlace};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A few tabs, or reloads before the first answer was given up.
const PER_PERSON: usize = 4;

type People = Arc<Mutex<HashMap<UserId, usize>>>;

/// The places for sets.
pub struct Sets {
    places: Arc<Semaphore>,
    people: People,
}

/// One set in progress.
pub struct Held {
    person: UserId,
    people: People,
    _place: OwnedSemaphorePermit,
}

impl Sets {
    /// So many at a time.
    pub fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            people: People::default(),
        }
    }

    /// One more of this person, or a refusal at once.
    pub fn hold(&self, person: &UserId) -> Result<Held, NoPlace> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| NoPlace)?;
        let mut people = lock(&self.people);
        let held = people.entry(person.clone()).or_default();
        if *held == PER_PERSON {
            return Err(NoPlace);
        }
        *held += 1;
        Ok(Held {
            person: person.clone(),
            people: Arc::clone(&self.people),
            _place: place,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut people = lock(&self.people);
        if let Some(held) = people.get_mut(&self.person) {
            *held -= 1;
            if *held == 0 {
                people.remove(&self.person);
            }
        }
    }
}

fn lock(people: &Mutex<HashMap<UserId, usize>>) -> MutexGuard<'_, HashMap<UserId, usize>> {
    people.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_leaves_places_to_others() {
        let sets = Sets::new(PER_PERSON + 1);
        let (ada, eve) = (UserId::from_random([1; 16]), UserId::from_random([2; 16]));
        let mut own: Vec<_> = (0..PER_PERSON)
            .map(|_| sets.hold(&eve).ok().unwrap())
            .collect();
        assert!(sets.hold(&eve).is_err());
        let other = sets.hold(&ada).ok().unwrap();
        assert!(sets.hold(&ada).is_err(), "all of them are taken");
        drop((own.pop(), other));
        assert!(
            sets.hold(&eve).is_ok(),
            "what was given back counts no more"
        );
    }

    #[test]
    fn whoever_has_none_in_progress_is_forgotten() {
        let sets = Sets::new(3);
        let ada = UserId::from_random([1; 16]);
        drop(sets.hold(&ada));
        assert!(lock(&sets.people).is_empty());
    }
}
