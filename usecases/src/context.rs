//! What a use case is called with.

use domain::{events::Origin, ports::TokenSwap, time::Timestamp, token::Token};

use crate::{Caller, Services, UseCaseError, Visitor};

/// One call of a use case: the services, the caller, where it comes from, and the instant.
pub struct Context {
    /// The ports and the settings. What they write is noted as coming from the call's origin.
    pub services: Services,
    /// Where the call comes from.
    pub visitor: Visitor,
    /// The instant: one for the whole call.
    pub now: Timestamp,
    /// Who calls; none for public functions without a session.
    caller: Option<Caller>,
    /// The server function that was called.
    pub(crate) function: Option<&'static str>,
}

impl Context {
    /// A call that comes from `origin`, at this instant by the services' clock.
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

    /// The caller's session. The access layer has let it in already; without one this fails closed.
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

    /// The caller's session with a new token, for a step up (ASVS V7.2.4). After the store has swapped it, it goes into [`crate::Cookies`].
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
