//! Something that people sign in to: Twinlock, or what they would pick instead.

pub mod peer;
pub mod twinlock;

use anyhow::Result;

use crate::{
    client::{clock, load::Outcome},
    machine::cpu::Cpu,
};

/// Everybody's password: one hash, so that making them costs nothing.
pub const PASSWORD: &str = "correct horse battery staple";

/// Steps around now whose codes are told apart from merely wrong ones: far more than the window.
const NEAR: i64 = 20;

/// Who stands before a site, and how far they have come.
pub struct Guest {
    /// The address.
    pub email: String,
    /// The authenticator's key.
    pub key: Vec<u8>,
    /// The cookies of their session; none before the password.
    pub cookies: String,
}

/// How far guests have come before the clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is given yet.
    Strangers,
    /// The password was right, the code is owed.
    HalfSignedIn,
    /// Signed in; as many as there are clients.
    SignedIn(usize),
}

/// A running server with people in its database.
pub trait Site {
    /// What asks it.
    type Browser: Browser;

    /// What it has spent so far.
    fn cpu(&self) -> Cpu;

    /// The memory that it holds, in MiB.
    fn memory(&self) -> f64;

    /// A browser of nobody yet.
    fn browser(&self) -> Self::Browser;

    /// Guests for one run, each of whom can give this time step's code once.
    async fn guests(&mut self, stage: Stage) -> Result<Vec<Guest>>;
}

/// A browser on one kept connection.
pub trait Browser {
    /// Takes a guest's cookies in place of its own.
    fn sit_down(&mut self, guest: &Guest);

    /// Gives the password; right where the code is owed then.
    async fn password(&mut self, email: &str) -> Result<Outcome>;

    /// Gives a 6-digit code; right where that completes the sign-in.
    async fn code(&mut self, code: &str) -> Result<Outcome>;

    /// Gives a wrong one; right where it is refused as wrong.
    async fn wrong_code(&mut self, code: &str) -> Result<Outcome>;

    /// Asks who is signed in.
    async fn read(&mut self) -> Result<Outcome>;
}

impl Guest {
    /// The code that their authenticator shows now.
    pub fn code(&self) -> String {
        clock::code(&self.key, clock::step())
    }

    /// A code of long ago: wrong, and not `just expired` or `already used`. One of long ago that happens to be a code of now as well is
    /// passed over: a run of thousands of tries met one about every tenth time, and was taken for a server that lets wrong codes in.
    pub fn stale_code(&self) -> String {
        let now = clock::step();
        let near: Vec<_> = (now - NEAR..=now + NEAR)
            .map(|step| clock::code(&self.key, step))
            .collect();
        (1..=100)
            .map(|back| clock::code(&self.key, now - 1000 - back))
            .find(|code| !near.contains(code))
            .unwrap_or_default()
    }
}
