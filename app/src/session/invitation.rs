//! `/invitation`: somebody chooses their password through a link that works once. It signs nobody in, and it is no way around MFA.

use domain::{
    password::{Password, PasswordOwner},
    token::{Token, TokenHash},
};

use super::api::{InvitationForm, Invited, Link};
use crate::{call::Call, error::AppError, wire::SecretText};

pub(super) async fn check(call: &Call, request: Link) -> Result<Invited, AppError> {
    let invited = call
        .services
        .users
        .invited(parsed(&request.token)?, call.now)
        .await?;
    invited
        .map(|invited| Invited {
            email: invited.email.into(),
        })
        .ok_or(AppError::LinkDead)
}

fn parsed(token: &SecretText) -> Result<TokenHash, AppError> {
    token
        .expose()
        .parse::<Token>()
        .map(|token| token.hash())
        .map_err(|_| AppError::LinkDead)
}

pub(super) async fn accept(call: &Call, request: InvitationForm) -> Result<(), AppError> {
    let link = parsed(&request.token)?;
    // Looked up before the hash, so that a dead link costs nothing; what counts is the update below.
    let invited = call
        .services
        .users
        .invited(link, call.now)
        .await?
        .ok_or(AppError::LinkDead)?;
    let owner = PasswordOwner {
        brand: &call.services.settings.brand,
        email: invited.email.as_str(),
        name: invited.name.as_str(),
    };
    let password = Password::choose(request.password.expose(), owner)?;
    let hash = call.services.hasher.hash(password.expose()).await?;
    let accepted = call
        .services
        .users
        .accept_invitation(link, hash, call.now)
        .await?;
    accepted.then_some(()).ok_or(AppError::LinkDead)
}
