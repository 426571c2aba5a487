//! Queries that change nothing in the site.

use domain::{
    ports::{PendingKey, SessionRecord},
    second_factor::guess_holder::GuessHolder,
    token::{Token, TokenHash},
};
use serde_json::Value;

use super::{ModelSite, STRICT, people, person_of};
use crate::{
    actions::{SEATS, Seat},
    support::HttpAnswer,
};

/// The number of wrong codes in a row of one holder of a guess budget.
#[derive(Debug, Clone)]
pub struct Counter {
    /// The index of the user.
    pub person: usize,
    pub holder: GuessHolder,
    pub refused: u32,
}

impl ModelSite {
    /// Calls a function from a copy of the browser, so that its cookies stay as they are.
    pub fn ask_from(&mut self, seat: Seat, function: &str) -> HttpAnswer {
        let mut browser = self.browsers[seat].clone();
        self.send_witnessed(seat, &mut browser, function, Value::Null)
    }

    /// Like [`Self::ask_from`], but with a request.
    pub fn call_from(&mut self, seat: Seat, function: &str, request: Value) -> HttpAnswer {
        let mut browser = self.browsers[seat].clone();
        self.send_witnessed(seat, &mut browser, function, request)
    }

    /// Returns the browser's session, if it has one.
    pub fn session(&self, seat: Seat) -> Option<SessionRecord> {
        let token: Token = self.token(seat).parse().ok()?;
        let sessions = &self.server.services.sessions;
        let found = self.runtime.block_on(sessions.find(token.hash()));
        found.unwrap()
    }

    /// Returns what the browser's session sets up.
    pub fn pending(&self, seat: Seat) -> Option<PendingKey> {
        let session = self.session(seat)?.id;
        let mfa = &self.server.services.mfa;
        self.runtime.block_on(mfa.pending(&session)).unwrap()
    }

    /// Returns whether the store has a second factor for the browser's session.
    pub fn recorded_second_factor(&self, seat: Seat) -> bool {
        let token: Token = self.token(seat).parse().unwrap();
        let found = self
            .runtime
            .block_on(self.server.services.sessions.find(token.hash()));
        found.unwrap().unwrap().facts.second_factor_at.is_some()
    }

    /// Returns the stored wrong codes in a row of each holder: for each user the strangers, the
    /// sessions of the user's browsers, and the browsers themselves while they are known.
    pub fn refused_in_a_row(&self) -> Vec<Counter> {
        self.runtime.block_on(async {
            let services = &self.server.services;
            let now = self.server.clock.now();
            let mut counters = Vec::new();
            for (person, user) in people().iter().enumerate() {
                let user = self.server.user(user).await;
                let mut holders = vec![GuessHolder::Stranger];
                for seat in (0..SEATS).filter(|seat| person_of(*seat) == person) {
                    if let Some(token) = self.hash(seat, services.settings.cookies.session())
                        && let Some(session) = services.sessions.find(token).await.unwrap()
                    {
                        holders.push(GuessHolder::Session(session.id));
                    }
                    let browser = self.hash(seat, services.settings.cookies.browser());
                    if let Some(token) = browser
                        && services
                            .known_browsers
                            .is_known(token, &user, now)
                            .await
                            .unwrap()
                    {
                        holders.push(GuessHolder::KnownBrowser(token));
                    }
                }
                for holder in holders {
                    let refused = services.attempts.refused_in_a_row(&user, &holder);
                    let refused = refused.await.unwrap();
                    counters.push(Counter {
                        person,
                        holder,
                        refused,
                    });
                }
            }
            counters
        })
    }

    fn hash(&self, seat: Seat, cookie: &str) -> Option<TokenHash> {
        let token: Token = self.browsers[seat].cookie(cookie)?.parse().ok()?;
        Some(token.hash())
    }

    /// Returns whether the strict account requires MFA now.
    pub fn is_required(&self) -> bool {
        self.runtime.block_on(self.requires_mfa())
    }

    /// Like [`Self::is_required`], but for async code.
    pub async fn requires_mfa(&self) -> bool {
        let accounts = &self.server.services.accounts;
        let strict = accounts.find(&STRICT.parse().unwrap()).await;
        strict.unwrap().unwrap().requires_mfa
    }
}
