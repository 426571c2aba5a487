//! `/setup`: the first account and its owner, through the link that the server printed.

use domain::{
    ids::{AccountId, SessionId, UserId},
    people::{
        email::Email,
        names::PersonName,
        password::{Password, PasswordOwner},
    },
    ports::{FirstOwner, NewAccount, NewSession, NewUser},
    token::TokenHash,
};

use super::{
    admission::{dead_link, link_token, place_of_stranger},
    api::{FirstOwnerForm, Link, Viewer},
    known_browser,
    server::reread,
};
use crate::{
    call::Call,
    error::{AppError, Field},
    wire::SecretText,
};

pub(super) async fn check_link(call: &Call, request: Link) -> Result<(), AppError> {
    open_link(call, &request.token).await.map(|_| ())
}

/// A live link is found first and always works, whatever its address has done.
async fn open_link(call: &Call, token: &SecretText) -> Result<TokenHash, AppError> {
    if let Some(token) = link_token(token) {
        let link = token.hash();
        if call.services.users.set_up_is_open(link).await? {
            return Ok(link);
        }
    }
    Err(dead_link(call).await)
}

pub(super) async fn create(call: &Call, request: FirstOwnerForm) -> Result<Viewer, AppError> {
    let invalid = |field| move |()| AppError::Invalid { field };
    let account = request
        .account
        .parse()
        .map_err(|_| ())
        .map_err(invalid(Field::AccountName))?;
    let name: PersonName = request
        .name
        .parse()
        .map_err(|_| ())
        .map_err(invalid(Field::PersonName))?;
    let email = Email::new(&request.email)
        .map_err(|_| ())
        .map_err(invalid(Field::Email))?;
    let owner = PasswordOwner {
        brand: &call.services.settings.brand,
        email: email.as_str(),
        name: name.as_str(),
    };
    let password = Password::choose(request.password.expose(), owner)?;
    let link = open_link(call, &request.token).await?;

    let place = place_of_stranger(call)?;
    let hasher = &call.services.hasher;
    let password = hasher.hash_in(place, password.expose()).await?;
    let (user, token, at) = (
        UserId::from_random(call.services.entropy.draw()?),
        call.draw_token()?,
        call.now,
    );
    let account = NewAccount {
        id: AccountId::from_random(call.services.entropy.draw()?),
        name: account,
        at,
    };
    let owner = NewUser {
        id: user.clone(),
        email,
        name,
        password: Some(password.clone()),
        at,
    };
    let id = SessionId::from_random(call.services.entropy.draw()?);
    let replaces = call.caller_if_any().map(|caller| caller.token);
    let (owner_id, session_id) = (user.clone(), id.clone());
    let session = NewSession {
        id,
        token: token.hash(),
        user,
        password,
        at,
        complete: true,
        replaces,
        receipt: None,
    };
    if !call
        .services
        .users
        .create_first_owner(FirstOwner {
            link,
            account,
            owner,
            session,
        })
        .await?
    {
        return Err(AppError::LinkDead);
    }
    call.set_cookie(&token);
    let viewer = reread(call, &token).await?;
    known_browser::note(known_browser::remember(call, &owner_id, &session_id).await);
    Ok(viewer)
}
