//! A session of a demo user, as the user's browser would have had it.

use domain::{
    ids::{SessionId, UserId},
    ports::{NewSession, SecretHash, TokenSwap},
    time::Timestamp,
    token::{Token, TokenHash},
};
use usecases::Services;

use crate::cli::{Failure, demo::disturbed};

/// A user who can sign in.
#[derive(Clone)]
pub struct Actor {
    pub user: UserId,
    pub password: SecretHash,
}

/// An open session.
pub struct Visit {
    pub session: SessionId,
    token: TokenHash,
}

impl Visit {
    /// Signs in with the password; `complete` if no second factor is required.
    pub async fn begin(
        services: &Services,
        actor: &Actor,
        at: Timestamp,
        complete: bool,
    ) -> Result<Self, Failure> {
        let session = SessionId::from_random(services.entropy.draw()?);
        let token = Token::from_random(services.entropy.draw()?).hash();
        let opened = services.sessions.open(NewSession {
            id: session.clone(),
            token,
            user: actor.user.clone(),
            password: actor.password.clone(),
            at,
            complete,
            replaces: None,
            receipt: None,
        });
        if opened.await?.is_done() {
            Ok(Self { session, token })
        } else {
            Err(disturbed("a user could not sign in"))
        }
    }

    /// Replaces the token, as a step up does.
    pub fn swap(&mut self, services: &Services) -> Result<TokenSwap, Failure> {
        let new = Token::from_random(services.entropy.draw()?).hash();
        let old = std::mem::replace(&mut self.token, new);
        Ok(TokenSwap {
            session: self.session.clone(),
            old,
            new,
        })
    }

    /// Signs out.
    pub async fn end(self, services: &Services) -> Result<(), Failure> {
        Ok(services.sessions.end(&self.session).await?)
    }
}
