//! Remembers browsers that completed a sign-in, so that guesses of strangers can't lock their user
//! out.

use domain::{
    ids::{SessionId, UserId},
    ports::{BrowserRecord, KnownBrowser},
    token::{Token, TokenHash},
};

use crate::{Context, Cookies, UseCaseError};

/// The token by which this browser will be known to a user.
pub(crate) struct BrowserToken {
    pub(crate) hash: TokenHash,
    /// None for a browser that is already known to the user and keeps its token.
    new: Option<Token>,
}

impl BrowserToken {
    pub(crate) async fn of(context: &Context, user: &UserId) -> Result<Self, UseCaseError> {
        if let Some(hash) = find_known(context, user).await? {
            return Ok(Self { hash, new: None });
        }
        let new = context.draw_token()?;
        Ok(Self {
            hash: new.hash(),
            new: Some(new),
        })
    }

    /// The token, if the browser is already known.
    pub(super) const fn known(&self) -> Option<TokenHash> {
        match self.new {
            None => Some(self.hash),
            Some(_) => None,
        }
    }

    /// Sends the token to the browser, once it is stored.
    pub(crate) fn send(self, cookies: &mut Cookies) {
        if let Some(new) = self.new {
            cookies.set_browser(new);
        }
    }
}

/// The token that the browser sent, if the browser is known to the user by it.
pub(super) async fn find_known(
    context: &Context,
    user: &UserId,
) -> Result<Option<TokenHash>, UseCaseError> {
    let Some(given) = context.visitor.browser else {
        return Ok(None);
    };
    let known_browsers = &context.services.known_browsers;
    let is_known = known_browsers.is_known(given, user, context.now).await?;
    Ok(is_known.then_some(given))
}

/// Stores this browser as known after a complete sign-in, or after its user's browsers were
/// forgotten.
pub(crate) async fn remember(
    context: &Context,
    cookies: &mut Cookies,
    user: &UserId,
    session: &SessionId,
) -> Result<(), UseCaseError> {
    let token = BrowserToken::of(context, user).await?;
    let browser = KnownBrowser {
        token: token.hash,
        user: user.clone(),
        session: session.clone(),
        at: context.now,
    };
    let record = context.services.known_browsers.remember(browser).await?;
    if record == BrowserRecord::Stored {
        token.send(cookies);
    }
    Ok(())
}

/// Like [`remember`], for the caller. The sign-in or change is already complete, so an error here
/// must not make it look failed.
pub(crate) async fn remember_caller(context: &Context, cookies: &mut Cookies) {
    let remembered = match context.caller() {
        Ok(caller) => remember(context, cookies, &caller.session.user, &caller.session.id).await,
        Err(error) => Err(error),
    };
    log_error(remembered);
}

/// Logs that a browser could not be stored as known. Its user is signed in anyway.
pub(crate) fn log_error(remembered: Result<(), UseCaseError>) {
    if let Err(error) = remembered {
        tracing::warn!(?error, "a browser could not be noted as known");
    }
}
