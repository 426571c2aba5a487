//! Challenges and handles for tests.

use domain::{
    ids::UserId,
    ports::{ChallengeAdmission, Challenges, NewChallenge},
    time::Timestamp,
    webauthn::{
        options::ChallengePurpose,
        values::{Challenge, UserHandle},
    },
};

use storage::Store;

use crate::support::{bits, people::BrowserSession};

/// A new challenge to set a key up.
pub fn challenge(user: &UserId, browser: &BrowserSession, at: Timestamp) -> NewChallenge {
    NewChallenge {
        hash: Challenge::from_random(bits()).hash(),
        session: browser.session.clone(),
        user: user.clone(),
        method: None,
        purpose: ChallengePurpose::SetUp,
        at,
    }
}

/// Stores a challenge, which the store must take.
pub async fn keep_challenge(store: &Store, challenge: NewChallenge) {
    let kept = store.keep(challenge).await.unwrap();
    assert_eq!(kept, ChallengeAdmission::Kept);
}

/// A new handle.
pub fn handle() -> UserHandle {
    UserHandle::from_bytes(bits())
}
