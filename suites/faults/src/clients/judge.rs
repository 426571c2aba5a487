//! Compares the database with what was acknowledged.

use super::Clients;
use crate::{
    database::{self, DatabaseState, PersonKeys},
    engine::TestedEngine,
    facts::Facts,
    site::FaultSite,
};

/// The outcome of acts without an answer.
#[derive(Debug, Default, Clone, Copy)]
pub struct InFlight {
    pub left_nothing: usize,
    pub left_a_part: usize,
    pub done: usize,
}

impl InFlight {
    /// The number of such acts.
    pub const fn all(&self) -> usize {
        self.left_nothing + self.left_a_part + self.done
    }

    /// Adds another count.
    pub const fn join(&mut self, other: Self) {
        self.left_nothing += other.left_nothing;
        self.left_a_part += other.left_a_part;
        self.done += other.done;
    }
}

impl Clients {
    /// The users' names in the database.
    pub fn names(&self) -> Vec<PersonKeys> {
        let names = self.all.iter().map(|client| client.names.clone());
        names.collect()
    }

    /// Takes the database's current state as the expected one.
    pub(super) fn begin_from_what_stands(&mut self, site: &FaultSite) {
        let look = database::look(site.url(), &self.names());
        for client in &mut self.all {
            client.may_hold = vec![look.users[&client.names.user].clone()];
        }
    }

    /// Checks J1, J3, J4, J5 and J6 while no client acts, then takes the current state as the
    /// expected one.
    pub fn settle(&mut self, site: &FaultSite) -> InFlight {
        let look = database::look(site.url(), &self.names());
        let mut in_flight = InFlight::default();
        for client in &mut self.all {
            let found = &look.users[&client.names.user];
            let journal = std::mem::take(&mut client.journal);
            client.answers.clear();
            let steps = std::mem::replace(&mut client.may_hold, vec![found.clone()]);
            let place = steps.iter().position(|facts| facts == found);
            let unanswered = client.unanswered.take();
            if place.is_none() {
                let words = mismatch(&steps, found);
                let act = unanswered
                    .as_ref()
                    .map_or("nothing", |(function, _)| function);
                let last: Vec<String> = journal.into_iter().rev().take(4).collect();
                client.broken.push(format!(
                    "{words} ({}, {act} unanswered, before it: {})",
                    client.person.email,
                    last.join("; ")
                ));
            }
            if let Some((function, effect)) = unanswered {
                match place {
                    Some(0) => in_flight.left_nothing += 1,
                    Some(place) if place + 1 == steps.len() => {
                        in_flight.done += 1;
                        client.was_done(function, effect);
                    }
                    _ => in_flight.left_a_part += 1,
                }
            }
            if found.last_step.is_none() {
                client.app = None;
            }
            if let Some(session) = &mut client.session {
                let stored = look.sessions.get(&session.token_hash());
                let as_it_was = stored.is_some_and(|stored| {
                    stored.user == client.names.user
                        && stored.second_factor_at.is_some()
                            == (session.is_full && stored.has_method)
                });
                let refused = stored.map_or(0, |stored| stored.refused);
                if refused < session.refused {
                    client.broken.push(format!(
                        "J3 {}: of {} wrong codes within the session {refused} are counted",
                        client.person.email, session.refused
                    ));
                }
                session.refused = refused;
                if !as_it_was {
                    client.broken.push(format!(
                        "J1 {}: the session that was acknowledged (full: {}) is stored as {stored:?}",
                        client.person.email, session.is_full
                    ));
                    client.session = None;
                }
            }
        }
        self.collect_broken();
        self.broken.extend(without_second_factor(&look));
        if site.engine == TestedEngine::Sqlite {
            let damage = database::damage(site.url());
            self.broken
                .extend(damage.into_iter().map(|line| format!("J6 {line}")));
        }
        in_flight
    }

    /// Checks a database at an instant when only some answers had left; returns how many acts were
    /// in progress.
    pub fn judge_then(
        &self,
        url: &str,
        has_left: impl Fn(&str) -> bool,
        broken: &mut Vec<String>,
    ) -> usize {
        let damage = database::damage(url);
        broken.extend(damage.into_iter().map(|line| format!("J6 {line}")));
        let look = database::look(url, &self.names());
        let mut under_way = 0;
        for client in &self.all {
            let left = client
                .answers
                .iter()
                .take_while(|answer| has_left(&answer.id));
            // The state before the next act is the state after the last answered one.
            let next = client.answers.get(left.count());
            let may_hold = next.map_or(&client.may_hold, |answer| &answer.steps);
            under_way += usize::from(may_hold.len() > 1);
            let found = &look.users[&client.names.user];
            if !may_hold.contains(found) {
                broken.push(format!(
                    "{} ({})",
                    mismatch(may_hold, found),
                    client.person.email
                ));
            }
        }
        broken.extend(without_second_factor(&look));
        under_way
    }

    /// Runs the program's own verification of the event chain (J5).
    pub fn verify_events(&mut self, site: &FaultSite) {
        let verified = site.cli(&["events", "--verify"]);
        if verified.code != 0 {
            self.broken
                .push(format!("J5 {}{}", verified.out, verified.err));
        }
    }
}

fn mismatch(steps: &[Facts], found: &Facts) -> String {
    let last = &steps[steps.len() - 1];
    format!("{} {}", steps[0].broken(found), last.difference(found))
}

/// J4: a signed-in user with a method has an event of the second factor at that time.
fn without_second_factor(look: &DatabaseState) -> Vec<String> {
    let of = |session: &database::StoredSession| (session.user.clone(), session.second_factor_at);
    let given = look.sessions.values().map(of);
    let unproved = given.filter(|(user, at)| {
        at.is_some_and(|at| !look.second_factors.contains(&(user.clone(), at)))
    });
    unproved
        .map(|(user, at)| format!("J4 {user}: a second factor at {at:?} that no event tells"))
        .collect()
}
