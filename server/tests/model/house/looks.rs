//! Looks at the house that change nothing of it.

use domain::token::Token;
use serde_json::Value;

use super::{House, STRICT, people};
use crate::{actions::Seat, support::Answer};

impl House {
    /// A look from a browser that changes nothing of it.
    pub fn ask_from(&mut self, seat: Seat, function: &str) -> Answer {
        let mut browser = self.browsers[seat].clone();
        self.witnessed(seat, &mut browser, function, Value::Null)
    }

    /// The same with a request.
    pub fn call_from(&mut self, seat: Seat, function: &str, request: Value) -> Answer {
        let mut browser = self.browsers[seat].clone();
        self.witnessed(seat, &mut browser, function, request)
    }

    /// Whether the store has a second factor for the browser's session.
    pub fn recorded_second_factor(&self, seat: Seat) -> bool {
        let token: Token = self.token(seat).parse().unwrap();
        let found = self
            .runtime
            .block_on(self.server.services.sessions.find(token.hash()));
        found.unwrap().unwrap().facts.second_factor_at.is_some()
    }

    /// Wrong codes in a row, as stored.
    pub fn refused_in_a_row(&self, person: usize) -> u32 {
        self.runtime.block_on(async {
            let user = self.server.user(&people()[person]).await;
            self.server
                .services
                .attempts
                .refused_in_a_row(&user)
                .await
                .unwrap()
        })
    }

    /// Whether the strict account demands MFA at the moment.
    pub fn is_required(&self) -> bool {
        self.runtime.block_on(async {
            let accounts = &self.server.services.accounts;
            accounts
                .find(&STRICT.parse().unwrap())
                .await
                .unwrap()
                .unwrap()
                .requires_mfa
        })
    }
}
