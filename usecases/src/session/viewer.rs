//! What the pages may know about a session.

use domain::{
    door::{NotAdmitted, admit},
    people::password::{Password, PasswordOwner},
    ports::{ApplicationRecord, MethodSummary, SessionRecord},
    second_factor::enrolment::may_see_codes,
    session::{
        facts::SessionFacts,
        policy::{Access, Standing, allows, decide},
    },
    token::TokenHash,
};

use super::values::{ApplicationLink, MethodOption, Viewer};
use crate::{Caller, Context, UseCaseError, secret_text::SecretText};

/// The signed-in user; having no session is not an error.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn whoami(context: &Context) -> Result<Option<Viewer>, UseCaseError> {
    match context.caller_if_any() {
        Some(Caller {
            session, standing, ..
        }) => {
            let viewer = viewer(context, session, standing.clone());
            Ok(Some(completed(context, session, viewer).await?))
        }
        None => Ok(None),
    }
}

/// What the pages may know about a session. Before the second factor this is only what was typed:
/// no name, no account.
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
        has_weak_password: false,
        methods: Vec::new(),
        applications: Vec::new(),
    }
}

/// Adds what takes further reads.
async fn completed(
    context: &Context,
    session: &SessionRecord,
    viewer: Viewer,
) -> Result<Viewer, UseCaseError> {
    let viewer = with_methods(context, session, viewer).await?;
    with_applications(context, viewer).await
}

/// Adds the applications that a complete session may open, and those that it may open once MFA is
/// set up.
async fn with_applications(context: &Context, viewer: Viewer) -> Result<Viewer, UseCaseError> {
    if !allows(Some(&viewer.standing), Access::Full) {
        return Ok(viewer);
    }
    let all = context.services.applications.list().await?;
    let is_open = |application: &ApplicationRecord| {
        let (access, mfa) = (&application.access, application.mfa);
        let admission = admit(access, mfa, &viewer.standing, viewer.has_mfa);
        matches!(admission, Ok(_) | Err(NotAdmitted::MfaRequired))
    };
    let applications = all.into_iter().filter(is_open).map(link).collect();
    Ok(Viewer {
        applications,
        ..viewer
    })
}

fn link(application: ApplicationRecord) -> ApplicationLink {
    ApplicationLink {
        name: application.name.into(),
        origin: application.origin.to_string(),
    }
}

/// Adds the methods that give a second factor. Their names leave the server only after the right
/// password, as a half sign-in shows them.
async fn with_methods(
    context: &Context,
    session: &SessionRecord,
    viewer: Viewer,
) -> Result<Viewer, UseCaseError> {
    if !viewer.has_mfa {
        return Ok(viewer);
    }
    let mfa = &context.services.mfa;
    let methods = mfa.method_summaries(&session.user).await?;
    // A single application needs no name to be told apart, so a half sign-in does not learn it.
    let is_needed = viewer.standing != Standing::HalfSignedIn
        || methods.len() > 1
        || methods.iter().any(is_key);
    Ok(Viewer {
        methods: if is_needed {
            methods.into_iter().map(option).collect()
        } else {
            Vec::new()
        },
        ..viewer
    })
}

fn is_key(method: &MethodSummary) -> bool {
    method.method_type.key_kind().is_some()
}

/// The method as the pages offer it.
fn option(method: MethodSummary) -> MethodOption {
    MethodOption {
        id: method.id,
        name: method.name.into(),
        method_type: method.method_type,
    }
}

/// The caller's session after its second factor. The call has just written the change, so the
/// session is not loaded again.
pub(super) async fn viewer_after_second_factor(context: &Context) -> Result<Viewer, UseCaseError> {
    let session = &context.caller()?.session;
    let facts = SessionFacts {
        second_factor_at: Some(context.now),
        seen_at: context.now,
        ..session.facts.clone()
    };
    let standing =
        decide(&facts, &session.subject, context.now).ok_or(UseCaseError::NotSignedIn)?;
    let viewer = viewer(context, session, standing);
    completed(context, session, viewer).await
}

/// The caller's session after this call changed its rights.
pub(crate) async fn reload_viewer(context: &Context) -> Result<Viewer, UseCaseError> {
    load_viewer(context, context.caller()?.token).await
}

/// The session that a sign-in has just opened with this password, which is judged as a new one
/// would be. A weak one signs in, because its owner may have chosen it in another program.
pub(super) async fn viewer_after_password(
    context: &Context,
    token: TokenHash,
    password: &SecretText,
) -> Result<Viewer, UseCaseError> {
    let (session, viewer) = load(context, token).await?;
    let owner = PasswordOwner {
        brand: &context.services.settings.brand,
        email: session.email.as_str(),
        name: session.name.as_str(),
    };
    Ok(Viewer {
        has_weak_password: Password::choose(password.expose(), owner).is_err(),
        ..viewer
    })
}

/// The session with this token.
pub(crate) async fn load_viewer(
    context: &Context,
    token: TokenHash,
) -> Result<Viewer, UseCaseError> {
    let (_, viewer) = load(context, token).await?;
    Ok(viewer)
}

async fn load(
    context: &Context,
    token: TokenHash,
) -> Result<(SessionRecord, Viewer), UseCaseError> {
    let session = context
        .services
        .sessions
        .find(token)
        .await?
        .ok_or(UseCaseError::NotSignedIn)?;
    let standing =
        decide(&session.facts, &session.subject, context.now).ok_or(UseCaseError::NotSignedIn)?;
    let viewer = viewer(context, &session, standing);
    let viewer = completed(context, &session, viewer).await?;
    Ok((session, viewer))
}
