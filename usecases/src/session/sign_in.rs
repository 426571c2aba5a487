//! Signing in by email and password, confirming the password, and signing out.

use domain::{
    ids::SessionId,
    people::{email::Email, password::Password},
    ports::{Credentials, NewSession, PasswordConfirmation, SessionOpening},
};

use super::{
    admission::{check_password, recheck_password, too_many_error},
    known_browser,
    values::{PasswordOnly, SignInForm, Viewer},
    viewer::viewer_after_password,
};
use crate::{Context, Cookies, UseCaseError};

/// First step: email and password.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn sign_in(
    context: &Context,
    cookies: &mut Cookies,
    request: SignInForm,
) -> Result<Viewer, UseCaseError> {
    let password = Password::given(request.password.expose());
    // An invalid address is counted and costs the same work, so that the response time reveals
    // nothing.
    let email = request.email.parse::<Email>().ok();
    let (credentials, receipt) = check_password(context, email.as_ref(), &password).await?;
    let Some(Credentials {
        user,
        password: Some(judged_by),
        ..
    }) = credentials
    else {
        return Err(UseCaseError::WrongCredentials);
    };
    let owes_second_factor = !context
        .services
        .mfa
        .settings(&user)
        .await?
        .methods
        .is_empty();
    let token = context.draw_token()?;
    let session = NewSession {
        id: SessionId::from_random(context.services.entropy.draw()?),
        token: token.hash(),
        user: user.clone(),
        password: judged_by,
        at: context.now,
        complete: !owes_second_factor,
        replaces: context.caller_if_any().map(|caller| caller.token),
        receipt: Some(receipt),
    };
    let (id, hash) = (session.id.clone(), session.token);
    match context.services.sessions.open(session).await? {
        SessionOpening::Done => {}
        SessionOpening::NotAdmitted => return Err(UseCaseError::WrongCredentials),
        SessionOpening::TooMany { until } => return Err(too_many_error(context, until)),
    }
    cookies.set_session(token);
    // Loaded first: an unavailable database fails here, and is not waited for a second time below,
    // where a failure is only logged.
    let viewer = viewer_after_password(context, hash, &request.password).await?;
    if !owes_second_factor {
        known_browser::log_error(known_browser::remember(context, cookies, &user, &id).await);
    }
    Ok(viewer)
}

/// Ends the session.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn sign_out(context: &Context, cookies: &mut Cookies) -> Result<(), UseCaseError> {
    context
        .services
        .sessions
        .end(&context.caller()?.session.id)
        .await?;
    cookies.clear_session();
    Ok(())
}

/// Confirms the password, before an action that a stolen open session must not allow.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn confirm_password(
    context: &Context,
    cookies: &mut Cookies,
    request: PasswordOnly,
) -> Result<(), UseCaseError> {
    let caller = context.caller()?;
    let password = Password::given(request.password.expose());
    recheck_password(context, Some(&caller.session.email), &password)
        .await?
        .ok_or(UseCaseError::WrongCredentials)?;
    let (swap, token) = context.renewal()?;
    let sessions = &context.services.sessions;
    match sessions.confirm_password(swap, context.now).await? {
        PasswordConfirmation::Confirmed => {
            cookies.set_session(token);
            Ok(())
        }
        PasswordConfirmation::SessionGone => Err(UseCaseError::NotSignedIn),
    }
}
