//! Use cases of the session itself.

use domain::{
    ids::SessionId,
    people::{email::Email, password::Password},
    ports::{Credentials, NewSession, Opened, SessionRecord},
    second_factor::enrolment::may_see_codes,
    session::{
        facts::SessionFacts,
        policy::{Standing, decide},
    },
    token::TokenHash,
};

use super::{
    admission::{judge, too_many, weighed},
    api::{PasswordOnly, SignInForm, Viewer},
    known_browser,
};
use crate::{call::Call, caller::Caller, error::AppError};

pub(super) async fn whoami(call: &Call) -> Result<Option<Viewer>, AppError> {
    match call.caller_if_any() {
        Some(Caller {
            session, standing, ..
        }) => Ok(Some(viewer(call, session, standing.clone()))),
        None => Ok(None),
    }
}

/// What the pages may know of a session. Before the second factor that is no more than was typed: no name, no account.
fn viewer(call: &Call, session: &SessionRecord, standing: Standing) -> Viewer {
    let account = match &standing {
        Standing::Full {
            account: Some(id), ..
        }
        | Standing::SetUpOnly { account: id } => session
            .account_names
            .iter()
            .find(|(account, _)| account == id)
            .map(|(_, name)| name.clone().into()),
        _ => None,
    };
    let owes_factor = standing == Standing::HalfSignedIn;
    let several = !owes_factor && session.subject.memberships.len() > 1;
    Viewer {
        name: if owes_factor {
            session.email.to_string()
        } else {
            session.name.to_string()
        },
        email: session.email.to_string(),
        standing,
        account,
        has_several_accounts: several,
        has_mfa: session.subject.has_mfa,
        has_unsaved_codes: session
            .codes_since
            .is_some_and(|since| may_see_codes(since, call.now)),
    }
}

pub(super) async fn sign_in(call: &Call, request: SignInForm) -> Result<Viewer, AppError> {
    let password = Password::given(request.password.expose());
    // What can't be an address is counted and costs the same work, so that time tells nothing.
    let email = request.email.parse::<Email>().ok();
    let (credentials, receipt) = weighed(call, email.as_ref(), &password).await?;
    let Some(Credentials {
        user,
        password: Some(judged_by),
        ..
    }) = credentials
    else {
        return Err(AppError::WrongCredentials);
    };
    let owes_second_factor = call.services.mfa.method(&user).await?.is_some();
    let token = call.draw_token()?;
    let session = NewSession {
        id: SessionId::from_random(call.services.entropy.draw()?),
        token: token.hash(),
        user: user.clone(),
        password: judged_by,
        at: call.now,
        complete: !owes_second_factor,
        replaces: call.caller_if_any().map(|caller| caller.token),
        receipt: Some(receipt),
    };
    let id = session.id.clone();
    match call.services.sessions.open(session).await? {
        Opened::Done => {}
        Opened::NotAdmitted => return Err(AppError::WrongCredentials),
        Opened::TooMany { until } => return Err(too_many(call, until)),
    }
    call.set_cookie(&token);
    // Looked at first: a database that does not answer would be waited for twice, as nobody is told that a browser was not noted.
    let viewer = reread(call, &token).await?;
    if !owes_second_factor {
        known_browser::note(known_browser::remember(call, &user, &id).await);
    }
    Ok(viewer)
}

/// The session as it is after a step up, as its new token finds it.
pub(crate) async fn reread(call: &Call, token: &domain::token::Token) -> Result<Viewer, AppError> {
    found(call, token.hash()).await
}

/// The caller's session once it owes no second factor any more: what this call has just written needs no second look.
pub(super) fn completed(call: &Call) -> Result<Viewer, AppError> {
    let session = &call.caller()?.session;
    let facts = SessionFacts {
        second_factor_at: Some(call.now),
        seen_at: call.now,
        ..session.facts.clone()
    };
    let standing = decide(&facts, &session.subject, call.now).ok_or(AppError::NotSignedIn)?;
    Ok(viewer(call, session, standing))
}

/// The session as it is after this call changed what it may do.
pub(crate) async fn now(call: &Call) -> Result<Viewer, AppError> {
    found(call, call.caller()?.token).await
}

async fn found(call: &Call, token: TokenHash) -> Result<Viewer, AppError> {
    let session = call
        .services
        .sessions
        .find(token)
        .await?
        .ok_or(AppError::NotSignedIn)?;
    let standing =
        decide(&session.facts, &session.subject, call.now).ok_or(AppError::NotSignedIn)?;
    Ok(viewer(call, &session, standing))
}

pub(super) async fn sign_out(call: &Call) -> Result<(), AppError> {
    call.services
        .sessions
        .end(&call.caller()?.session.id)
        .await?;
    call.clear_cookie();
    Ok(())
}

pub(super) async fn confirm_password(call: &Call, request: PasswordOnly) -> Result<(), AppError> {
    let caller = call.caller()?;
    let password = Password::given(request.password.expose());
    judge(call, Some(&caller.session.email), &password)
        .await?
        .ok_or(AppError::WrongCredentials)?;
    let (swap, token) = call.renewal()?;
    if !call
        .services
        .sessions
        .confirm_password(swap, call.now)
        .await?
    {
        return Err(AppError::NotSignedIn);
    }
    call.set_cookie(&token);
    Ok(())
}
