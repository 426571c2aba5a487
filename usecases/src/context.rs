//! The context of a use case.

use domain::{events::Origin, ports::TokenSwap, time::Timestamp, token::Token};

use crate::{Caller, Services, UseCaseError, Visitor};

/// One call of a use case: the services, the caller, the client, and the instant.
pub struct Context {
    /// The ports and the settings. Everything that they write records the call's origin.
    pub services: Services,
    /// The client that sent the call.
    pub visitor: Visitor,
    /// The instant, the same for the whole call.
    pub now: Timestamp,
    /// The caller; none for public functions without a session.
    caller: Option<Caller>,
    /// The server function that was called.
    pub(crate) function: Option<&'static str>,
}

impl Context {
    /// Creates the context of a call from `origin`, at the current time of the services' clock.
    #[must_use]
    pub fn new(
        services: &Services,
        caller: Option<Caller>,
        visitor: Visitor,
        origin: Origin,
    ) -> Self {
        let now = services.clock.now();
        let function = origin.function;
        Self {
            services: services.seen_from(Origin { at: now, ..origin }),
            visitor,
            now,
            caller,
            function,
        }
    }

    /// The caller's session. The access layer has already admitted the session; without a session
    /// this fails closed.
    pub fn caller(&self) -> Result<&Caller, UseCaseError> {
        self.caller.as_ref().ok_or(UseCaseError::NotSignedIn)
    }

    /// The session of a public function, if there is one.
    #[must_use]
    pub const fn caller_if_any(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }

    /// Draws a new session token.
    pub(crate) fn draw_token(&self) -> Result<Token, UseCaseError> {
        Ok(Token::from_random(self.services.entropy.draw()?))
    }

    /// The caller's session with a new token, for a step-up (ASVS V7.2.4). Once the store has
    /// swapped the token, put it into [`crate::Cookies`].
    pub(crate) fn renewal(&self) -> Result<(TokenSwap, Token), UseCaseError> {
        let caller = self.caller()?;
        let token = self.draw_token()?;
        let swap = TokenSwap {
            session: caller.session.id.clone(),
            old: caller.token,
            new: token.hash(),
        };
        Ok((swap, token))
    }
}
