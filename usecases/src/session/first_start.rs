//! `/setup`: the first account and its Owner, through the link that the server printed.

use domain::{
    ids::{AccountId, SessionId, UserId},
    people::{
        email::Email,
        names::PersonName,
        password::{Password, PasswordOwner},
    },
    ports::{FirstOwner, FirstStart, NewAccount, NewSession, NewUser},
    token::TokenHash,
};

use super::{
    admission::{dead_link_error, link_token, permit_for_stranger},
    known_browser,
    values::{FirstOwnerForm, Link, Viewer},
    viewer::load_viewer,
};
use crate::{Context, Cookies, Field, UseCaseError, secret_text::SecretText};

/// Whether a set-up link still works.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn check_setup_link(context: &Context, request: Link) -> Result<(), UseCaseError> {
    open_link(context, &request.token).await.map(|_| ())
}

/// A valid link is looked up first and always works, whatever its address has been refused for.
async fn open_link(context: &Context, token: &SecretText) -> Result<TokenHash, UseCaseError> {
    if let Some(token) = link_token(token) {
        let link = token.hash();
        if context.services.users.set_up_is_open(link).await? {
            return Ok(link);
        }
    }
    Err(dead_link_error(context).await)
}

/// Creates the first account and its Owner, and signs them in.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn create_first_owner(
    context: &Context,
    cookies: &mut Cookies,
    request: FirstOwnerForm,
) -> Result<Viewer, UseCaseError> {
    let invalid = |field| move |()| UseCaseError::Invalid { field };
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
        brand: &context.services.settings.brand,
        email: email.as_str(),
        name: name.as_str(),
    };
    let password = Password::choose(request.password.expose(), owner)?;
    let link = open_link(context, &request.token).await?;

    let permit = permit_for_stranger(context)?;
    let hasher = &context.services.hasher;
    let password = hasher.hash_in(permit, password.expose()).await?;
    let (user, token, at) = (
        UserId::from_random(context.services.entropy.draw()?),
        context.draw_token()?,
        context.now,
    );
    let account = NewAccount {
        id: AccountId::from_random(context.services.entropy.draw()?),
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
    let id = SessionId::from_random(context.services.entropy.draw()?);
    let replaces = context.caller_if_any().map(|caller| caller.token);
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
    let first = FirstOwner {
        link,
        account,
        owner,
        session,
    };
    if context.services.users.create_first_owner(first).await? == FirstStart::LinkDead {
        return Err(UseCaseError::LinkDead);
    }
    let hash = token.hash();
    cookies.set_session(token);
    let viewer = load_viewer(context, hash).await?;
    known_browser::log_error(
        known_browser::remember(context, cookies, &owner_id, &session_id).await,
    );
    Ok(viewer)
}
