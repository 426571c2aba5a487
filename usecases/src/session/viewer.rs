//! What the pages may know of a session.

use domain::{
    ports::SessionRecord,
    second_factor::enrolment::may_see_codes,
    session::{
        facts::SessionFacts,
        policy::{Standing, decide},
    },
    token::TokenHash,
};

use super::values::Viewer;
use crate::{Caller, Context, UseCaseError};

/// Who is signed in; nobody is no error.
pub async fn whoami(context: &Context) -> Result<Option<Viewer>, UseCaseError> {
    match context.caller_if_any() {
        Some(Caller {
            session, standing, ..
        }) => Ok(Some(viewer(context, session, standing.clone()))),
        None => Ok(None),
    }
}

/// What the pages may know of a session. Before the second factor that is no more than was typed: no name, no account.
fn viewer(context: &Context, session: &SessionRecord, standing: Standing) -> Viewer {
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
            .is_some_and(|since| may_see_codes(since, context.now)),
    }
}

/// The caller's session once it owes no second factor any more: what this call has just written needs no second look.
pub(super) fn viewer_after_second_factor(context: &Context) -> Result<Viewer, UseCaseError> {
    let session = &context.caller()?.session;
    let facts = SessionFacts {
        second_factor_at: Some(context.now),
        seen_at: context.now,
        ..session.facts.clone()
    };
    let standing =
        decide(&facts, &session.subject, context.now).ok_or(UseCaseError::NotSignedIn)?;
    Ok(viewer(context, session, standing))
}

/// The caller's session as it is after this call changed what it may do.
pub(crate) async fn reload_viewer(context: &Context) -> Result<Viewer, UseCaseError> {
    load_viewer(context, context.caller()?.token).await
}

/// The session that is found by this token.
pub(crate) async fn load_viewer(
    context: &Context,
    token: TokenHash,
) -> Result<Viewer, UseCaseError> {
    let session = context
        .services
        .sessions
        .find(token)
        .await?
        .ok_or(UseCaseError::NotSignedIn)?;
    let standing =
        decide(&session.facts, &session.subject, context.now).ok_or(UseCaseError::NotSignedIn)?;
    Ok(viewer(context, &session, standing))
}
