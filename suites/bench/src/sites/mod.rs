//! A site to sign in to: Twinlock, or an alternative product.

pub mod peer;
pub mod twinlock;

use anyhow::Result;
use testkit::authenticator::Authenticator;

use crate::{
    client::{clock, load::RequestOutcome},
    machine::cpu::Cpu,
};

/// Steps around now whose codes a server may tell apart from wrong ones: far more than its window.
const NEAR: i64 = 20;

/// A user, and how far their sign-in has come.
pub struct Guest {
    /// The email address.
    pub email: String,
    /// The user's authenticator.
    pub authenticator: Authenticator,
    /// The session cookies; empty before the password.
    pub cookies: String,
}

/// How far a guest's sign-in has come when the measurement starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInStage {
    /// Nothing given yet.
    Strangers,
    /// The password was right; the code is still missing.
    HalfSignedIn,
    /// Signed in; one guest per client.
    SignedIn(usize),
}

/// A running server with users in its database.
pub trait MeasuredSite {
    /// The type of its client.
    type Client: SignInClient;

    /// The CPU time so far.
    fn cpu(&self) -> Cpu;

    /// The memory in use, in MiB.
    fn memory(&self) -> f64;

    /// A browser without a session.
    fn browser(&self) -> Self::Client;

    /// Guests for one run, each of whom can use the current time step's code once.
    async fn guests(&mut self, stage: SignInStage) -> Result<Vec<Guest>>;
}

/// A client with one keep-alive connection, which signs in like a browser.
pub trait SignInClient {
    /// Replaces its cookies by a guest's.
    fn act_as(&mut self, guest: &Guest);

    /// Sends the password; right if the server asks for the code then.
    async fn password(&mut self, email: &str) -> Result<RequestOutcome>;

    /// Sends a 6-digit code; right if that completes the sign-in.
    async fn code(&mut self, code: &str) -> Result<RequestOutcome>;

    /// Sends a wrong code; right if the server refuses it as wrong.
    async fn wrong_code(&mut self, code: &str) -> Result<RequestOutcome>;

    /// Asks who is signed in.
    async fn read(&mut self) -> Result<RequestOutcome>;
}

impl Guest {
    /// The code that the guest's authenticator shows now.
    pub fn code(&self) -> String {
        self.authenticator.code(clock::millis())
    }

    /// An old code, which is wrong, not `just expired` or `already used`. Skips one that equals a
    /// current code, because about every tenth run of thousands of tries met one, which looked like
    /// a server that accepts wrong codes.
    pub fn stale_code(&self) -> String {
        let now = clock::step();
        let code = |step| self.authenticator.code_of_step(step);
        let near: Vec<_> = (now - NEAR..=now + NEAR).map(code).collect();
        (1..=100)
            .map(|back| code(now - 1000 - back))
            .find(|code| !near.contains(code))
            .unwrap_or_default()
    }
}
