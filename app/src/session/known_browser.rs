//! A browser that completed a sign-in is noted, so that strangers who guess can't shut its user out.

use domain::{
    ids::{SessionId, UserId},
    ports::KnownBrowser,
};

use crate::{call::Call, error::AppError};

/// Notes this browser after a complete sign-in, or after its user's browsers were forgotten. It keeps the token that it is known by.
pub(crate) async fn remember(
    call: &Call,
    user: &UserId,
    session: &SessionId,
) -> Result<(), AppError> {
    let known_browsers = &call.services.known_browsers;
    let new = call.draw_token()?;
    let mut token = new.hash();
    if let Some(given) = call.visitor.browser
        && known_browsers.is_known(given, user, call.now).await?
    {
        token = given;
    }
    let browser = KnownBrowser {
        token,
        user: user.clone(),
        session: session.clone(),
        at: call.now,
    };
    if known_browsers.remember(browser).await? && token == new.hash() {
        call.set_browser_cookie(&new);
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
