//! A browser that completed a sign-in is noted, so that strangers who guess can't shut its user out.

use domain::{
    ids::{SessionId, UserId},
    ports::KnownBrowser,
    token::{Token, TokenHash},
};

use crate::{call::Call, error::AppError};

/// The token by which this browser will be known to a user.
pub(crate) struct BrowserToken {
    pub(crate) hash: TokenHash,
    /// None for a browser that is known to them already: it keeps the one that it has.
    new: Option<Token>,
}

impl BrowserToken {
    pub(crate) async fn of(call: &Call, user: &UserId) -> Result<Self, AppError> {
        if let Some(hash) = given(call, user).await? {
            return Ok(Self { hash, new: None });
        }
        let new = call.draw_token()?;
        Ok(Self {
            hash: new.hash(),
            new: Some(new),
        })
    }

    /// The token, of a browser that is known already.
    pub(super) const fn known(&self) -> Option<TokenHash> {
        match self.new {
            None => Some(self.hash),
            Some(_) => None,
        }
    }

    /// Gives it to the browser, once it is noted.
    pub(crate) fn hand_out(&self, call: &Call) {
        if let Some(new) = &self.new {
            call.set_browser_cookie(new);
        }
    }
}

/// The token that the browser gave, if the browser is known to the user by it.
pub(super) async fn given(call: &Call, user: &UserId) -> Result<Option<TokenHash>, AppError> {
    let Some(given) = call.visitor.browser else {
        return Ok(None);
    };
    let known_browsers = &call.services.known_browsers;
    let is_known = known_browsers.is_known(given, user, call.now).await?;
    Ok(is_known.then_some(given))
}

/// Notes this browser after a complete sign-in, or after its user's browsers were forgotten.
pub(crate) async fn remember(
    call: &Call,
    user: &UserId,
    session: &SessionId,
) -> Result<(), AppError> {
    let token = BrowserToken::of(call, user).await?;
    let browser = KnownBrowser {
        token: token.hash,
        user: user.clone(),
        session: session.clone(),
        at: call.now,
    };
    if call.services.known_browsers.remember(browser).await? {
        token.hand_out(call);
    }
    Ok(())
}

/// The same for the caller, whose sign-in or change stands already: it must not look failed because this did.
pub(crate) async fn remember_caller(call: &Call) {
    let remembered = match call.caller() {
        Ok(caller) => remember(call, &caller.session.user, &caller.session.id).await,
        Err(error) => Err(error),
    };
    note(remembered);
}

/// Says in the log that a browser is not noted; its user signs in all the same.
pub(crate) fn note(remembered: Result<(), AppError>) {
    if let Err(error) = remembered {
        tracing::warn!(?error, "a browser could not be noted as known");
    }
}
