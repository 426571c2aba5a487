//! `/invitation`: a user chooses their password through a link that works once. The link does not
//! sign the user in, and does not bypass MFA.

use domain::{
    people::password::{Password, PasswordOwner},
    ports::{InvitationUse, InvitedUser},
    token::TokenHash,
};

use super::{
    admission::{dead_link_error, link_token, permit_for_stranger},
    values::{InvitationForm, Invitee, Link},
};
use crate::{Context, Cookies, UseCaseError, secret_text::SecretText};

/// The user whom an open invitation is for.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn check_invitation(context: &Context, request: Link) -> Result<Invitee, UseCaseError> {
    match invited(context, &request.token).await? {
        Some((_, invited)) => Ok(Invitee {
            email: invited.email.into(),
        }),
        None => Err(dead_link_error(context).await),
    }
}

/// A valid link is looked up first and always works, whatever its address has been refused for.
async fn invited(
    context: &Context,
    token: &SecretText,
) -> Result<Option<(TokenHash, InvitedUser)>, UseCaseError> {
    let Some(token) = link_token(token) else {
        return Ok(None);
    };
    let link = token.hash();
    let invited = context.services.users.invited(link, context.now).await?;
    Ok(invited.map(|invited| (link, invited)))
}

/// Chooses a password through an invitation.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn accept_invitation(
    context: &Context,
    cookies: &mut Cookies,
    request: InvitationForm,
) -> Result<(), UseCaseError> {
    // Looked up before the hash, so that a dead link is cheap. The check that counts is the update
    // below.
    let Some((link, invited)) = invited(context, &request.token).await? else {
        return Err(dead_link_error(context).await);
    };
    let owner = PasswordOwner {
        brand: &context.services.settings.brand,
        email: invited.email.as_str(),
        name: invited.name.as_str(),
    };
    let password = Password::choose(request.password.expose(), owner)?;
    let (permit, browser) = (permit_for_stranger(context)?, context.draw_token()?);
    let hasher = &context.services.hasher;
    let hash = hasher.hash_in(permit, password.expose()).await?;
    let users = &context.services.users;
    let accepted = users.accept_invitation(link, hash, browser.hash(), context.now);
    if accepted.await? == InvitationUse::NotOpen {
        return Err(UseCaseError::LinkDead);
    }
    // Makes the browser known. This signs no one in and replaces no second factor, but guesses of
    // strangers can't lock the user out.
    cookies.set_browser(browser);
    Ok(())
}
