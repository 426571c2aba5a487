//! Challenges and handles for tests.

use domain::{
    ids::UserId,
    ports::NewChallenge,
    time::Timestamp,
    webauthn::{
        options::ChallengePurpose,
        values::{Challenge, UserHandle},
    },
};

use crate::support::{bits, people::BrowserSession};

/// A new challenge to set a key up.
pub fn challenge(user: &UserId, browser: &BrowserSession, at: Timestamp) -> NewChallenge {
    NewChallenge {
        hash: Challenge::from_random(bits()).hash(),
        session: browser.session.clone(),
        user: user.clone(),
        purpose: ChallengePurpose::SetUp,
        at,
    }
}

/// A new handle.
pub fn handle() -> UserHandle {
    UserHandle::from_bytes(bits())
}
