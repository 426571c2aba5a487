//! Scripted people, and what they know of what was acknowledged to them.

mod acts;
mod client;
mod held;
mod judge;

use std::{
    collections::BTreeSet,
    sync::{
        RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use attack::harness::{Browser, Chance, Clock, Door, PASSWORD, Person};
use serde_json::json;

pub use client::Client;
pub use judge::InFlight;

use crate::{database, site::Site, tally::Tally};

/// How long a time step lasts here: the clock is moved on, so that there is always a next code.
const STEP: Duration = Duration::from_millis(150);

/// All of them.
pub struct Cast {
    pub clients: Vec<Client>,
    /// Promises that were broken, each in words.
    pub broken: Vec<String>,
    chance: Chance,
}

/// What they act on.
pub struct Stage<'a> {
    pub clock: &'a Clock,
    pub door: &'a Door,
    /// Where else somebody may be, when nobody is behind the door.
    pub other_doors: &'a [Door],
    stop: AtomicBool,
    /// How many have not left the stage.
    acting: AtomicUsize,
    /// Held while somebody acts: a code is still this step's when it arrives, and no request takes longer than the server thinks any does
    /// (it would seal a counted attempt as failed).
    moment: RwLock<()>,
}

impl<'a> Stage<'a> {
    const fn new(site: &'a Site, other_doors: &'a [Door], acting: usize) -> Self {
        Self {
            clock: &site.clock,
            door: &site.door,
            other_doors,
            stop: AtomicBool::new(false),
            acting: AtomicUsize::new(acting),
            moment: RwLock::new(()),
        }
    }

    /// Whether the round is over.
    pub fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Somebody waits for the end of the round from now on.
    fn leave(&self) {
        self.acting.fetch_sub(1, Ordering::SeqCst);
    }

    /// While nobody acts, nobody needs another code, and hours that nobody lived through would end everybody's session.
    fn next_step(&self) {
        if self.acting.load(Ordering::SeqCst) == 0 {
            return;
        }
        let _alone = self.moment.write().unwrap();
        self.clock.next_step();
    }
}

impl Cast {
    /// Adds so many people to a site whose server runs, each the Owner of an account.
    pub fn new(site: &Site, count: usize, seed: u64) -> Self {
        let person = |number: usize| format!("person{number:02}@example.com");
        let add = |number: usize| site.add(&person(number), &format!("Account {number:02}"));
        // Two at a time: each is a process that hashes a password.
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
            // A wrong password shows under which index the attempts of an email stand.
            let wrong = json!({ "email": email, "password": "not this one" });
            let answer = Browser::new(&site.door).try_call("session/sign_in", &wrong);
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
            Client::new(person, names, Chance::new(chance.next()))
        });
        let mut cast = Self {
            clients: clients.collect(),
            broken: Vec::new(),
            chance: Chance::new(seed),
        };
        cast.begin_from_what_stands(site);
        cast
    }

    /// A random time.
    pub fn between(&mut self, from: u64, to: u64) -> Duration {
        let span = usize::try_from(to - from).unwrap();
        Duration::from_millis(from + self.chance.below(span) as u64)
    }

    /// Lets everybody act until `during` has ended; whoever gets no answer waits for the end of the round.
    pub fn round(&mut self, site: &Site, during: impl FnOnce()) -> Tally {
        self.round_among(site, &[], during)
    }

    /// The same where other instances serve as well: whoever finds nobody behind one door goes to the next.
    pub fn round_among(&mut self, site: &Site, others: &[Door], during: impl FnOnce()) -> Tally {
        let stage = Stage::new(site, others, self.clients.len());
        thread::scope(|scope| {
            for client in &mut self.clients {
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

    /// Tries again what was accepted, and looks at every session that should still be there. Nothing else happens meanwhile.
    pub fn try_again(&mut self, site: &Site) -> Tally {
        let stage = Stage::new(site, &[], self.clients.len());
        for client in &mut self.clients {
            client.try_again(&stage);
        }
        self.collect_broken();
        self.taken_tally()
    }

    /// Moves the clock past every pause; sessions that don't live so long are left.
    pub fn later(&mut self, site: &Site) {
        site.clock.past_the_pause();
        for client in &mut self.clients {
            client.leave_what_ends(site.clock.now());
        }
    }

    /// How many codes were tried again.
    pub fn tried_again(&self) -> usize {
        self.clients.iter().map(|client| client.tried_again).sum()
    }

    fn taken_tally(&mut self) -> Tally {
        let mut tally = Tally::default();
        for client in &mut self.clients {
            tally.join(std::mem::take(&mut client.tally));
        }
        tally
    }

    fn collect_broken(&mut self) {
        for client in &mut self.clients {
            self.broken.append(&mut client.broken);
        }
    }
}
