//! Scripted users, and what was acknowledged to them.

mod acts;
mod client;
mod judge;
mod session;

use std::{
    collections::BTreeSet,
    sync::{
        RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::json;
use testkit::{
    chance::Chance,
    clock::Clock,
    http::{HttpBrowser, ServerAddress},
    people::{PASSWORD, Person},
};

pub use client::ScriptedClient;
pub use judge::InFlight;

use crate::{database, site::FaultSite, tally::Tally};

/// How long a time step lasts here. The clock is advanced, so that there is always a new code.
const STEP: Duration = Duration::from_millis(150);

/// All scripted users.
pub struct Clients {
    pub all: Vec<ScriptedClient>,
    /// Broken promises, in words.
    pub broken: Vec<String>,
    chance: Chance,
}

/// What the users act on.
pub struct ClientStage<'a> {
    pub clock: &'a Clock,
    pub address: &'a ServerAddress,
    /// Other instances to try if the first one refuses the connection.
    pub other_servers: &'a [ServerAddress],
    stop: AtomicBool,
    /// How many users still act in this round.
    acting: AtomicUsize,
    /// Read-locked during an act, so that a code is still current when it arrives, and no request
    /// appears to take longer than the server allows (it would seal a counted attempt as failed).
    moment: RwLock<()>,
}

impl<'a> ClientStage<'a> {
    fn new(site: &'a FaultSite, other_servers: &'a [ServerAddress], acting: usize) -> Self {
        Self {
            clock: &site.clock,
            address: &site.address,
            other_servers,
            stop: AtomicBool::new(false),
            acting: AtomicUsize::new(acting),
            moment: RwLock::new(()),
        }
    }

    /// Whether the round has ended.
    pub fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// One user fewer acts in this round.
    fn leave(&self) {
        self.acting.fetch_sub(1, Ordering::SeqCst);
    }

    /// Advances the clock, but not while all users wait, because no code is needed then and hours
    /// would pass that expire every session.
    fn next_step(&self) {
        if self.acting.load(Ordering::SeqCst) == 0 {
            return;
        }
        let _alone = self.moment.write().unwrap();
        self.clock.next_step();
    }
}

impl Clients {
    /// Adds `count` users to a running site, each the Owner of an account.
    pub fn new(site: &FaultSite, count: usize, seed: u64) -> Self {
        let person = |number: usize| format!("person{number:02}@example.com");
        let add = |number: usize| site.add_owner(&person(number), &format!("Account {number:02}"));
        // Two at a time, because each is a process that hashes a password.
        thread::scope(|scope| {
            for half in 0..2 {
                scope.spawn(move || (half..count).step_by(2).for_each(add));
            }
        });
        let owners = database::owners(site.url());
        let mut chance = Chance::new(seed);
        let mut known = BTreeSet::new();
        let clients = (0..count).map(|number| {
            let email = person(number);
            let mut names = owners[&email].clone();
            // A wrong password reveals the blind index of an email.
            let wrong = json!({ "email": email, "password": "not this one" });
            let answer = HttpBrowser::new(&site.address).try_call("session/sign_in", &wrong);
            answer
                .unwrap()
                .unwrap()
                .expect_refused(401, "wrong_credentials");
            let indexes = database::email_indexes(site.url());
            names
                .email_index
                .clone_from(indexes.difference(&known).next().unwrap());
            known = indexes;
            let person = Person {
                email,
                password: PASSWORD,
            };
            ScriptedClient::new(person, names, Chance::new(chance.next()))
        });
        let mut clients = Self {
            all: clients.collect(),
            broken: Vec::new(),
            chance: Chance::new(seed),
        };
        clients.begin_from_what_stands(site);
        clients
    }

    /// A random duration.
    pub fn between(&mut self, from: u64, to: u64) -> Duration {
        let span = usize::try_from(to - from).unwrap();
        Duration::from_millis(from + self.chance.below(span) as u64)
    }

    /// Lets all users act until `during` returns; a user who gets no answer waits for the end of
    /// the round.
    pub fn round(&mut self, site: &FaultSite, during: impl FnOnce()) -> Tally {
        self.round_among(site, &[], during)
    }

    /// Like [`Self::round`], with further instances: a user whose connection is refused tries the
    /// next one.
    pub fn round_among(
        &mut self,
        site: &FaultSite,
        others: &[ServerAddress],
        during: impl FnOnce(),
    ) -> Tally {
        let stage = ClientStage::new(site, others, self.all.len());
        thread::scope(|scope| {
            for client in &mut self.all {
                scope.spawn(|| {
                    client.play(&stage);
                    stage.leave();
                });
            }
            scope.spawn(|| {
                while !stage.is_over() {
                    thread::sleep(STEP);
                    stage.next_step();
                }
            });
            during();
            stage.stop.store(true, Ordering::SeqCst);
        });
        self.taken_tally()
    }

    /// Sends accepted codes again, and checks every session that should still exist. No other
    /// requests run meanwhile.
    pub fn try_again(&mut self, site: &FaultSite) -> Tally {
        let stage = ClientStage::new(site, &[], self.all.len());
        for client in &mut self.all {
            client.try_again(&stage);
        }
        self.collect_broken();
        self.taken_tally()
    }

    /// Advances the clock past every pause; drops sessions that this would expire.
    pub fn later(&mut self, site: &FaultSite) {
        site.clock.past_the_pause();
        for client in &mut self.all {
            client.leave_what_ends(site.clock.now());
        }
    }

    /// How many codes were sent again.
    pub fn tried_again(&self) -> usize {
        self.all.iter().map(|client| client.tried_again).sum()
    }

    fn taken_tally(&mut self) -> Tally {
        let mut tally = Tally::default();
        for client in &mut self.all {
            tally.join(std::mem::take(&mut client.tally));
        }
        tally
    }

    fn collect_broken(&mut self) {
        for client in &mut self.all {
            self.broken.append(&mut client.broken);
        }
    }
}
