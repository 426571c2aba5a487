//! `/invitation`: somebody chooses their password through a link that works once. It signs nobody in, and it is no way around MFA.

use domain::{
    people::password::{Password, PasswordOwner},
    ports::InvitedUser,
    token::TokenHash,
};

use super::{
    admission::{dead_link, link_token, place_of_stranger},
    api::{InvitationForm, Invited, Link},
};
use crate::{call::Call, error::AppError, wire::SecretText};

pub(super) async fn check(call: &Call, request: Link) -> Result<Invited, AppError> {
    match invited(call, &request.token).await? {
        Some((_, invited)) => Ok(Invited {
            email: invited.email.into(),
        }),
        None => Err(dead_link(call).await),
    }
}

/// A live link is found first and always works, whatever its address has done.
async fn invited(
    call: &Call,
    token: &SecretText,
) -> Result<Option<(TokenHash, InvitedUser)>, AppError> {
    let Some(token) = link_token(token) else {
        return Ok(None);
    };
    let link = token.hash();
    let invited = call.services.users.invited(link, call.now).await?;
    Ok(invited.map(|invited| (link, invited)))
}

pub(super) async fn accept(call: &Call, request: InvitationForm) -> Result<(), AppError> {
    // Looked up before the hash, so that a dead link costs nothing; what counts is the update below.
    let Some((link, invited)) = invited(call, &request.token).await? else {
        return Err(dead_link(call).await);
    };
    let owner = PasswordOwner {
        brand: &call.services.settings.brand,
        email: invited.email.as_str(),
        name: invited.name.as_str(),
    };
    let password = Password::choose(request.password.expose(), owner)?;
    let (place, browser) = (place_of_stranger(call)?, call.draw_token()?);
    let hasher = &call.services.hasher;
    let hash = hasher.hash_in(place, password.expose()).await?;
    let users = &call.services.users;
    let accepted = users.accept_invitation(link, hash, browser.hash(), call.now);
    if !accepted.await? {
        return Err(AppError::LinkDead);
    }
    // It signs nobody in, and it spares no second factor: strangers who guess can't shut its user out.
    call.set_browser_cookie(&browser);
    Ok(())
}
