//! Whether a request may go to an application. A proxy asks this on every request.

use domain::{
    door::{Identity, admit},
    ports::{ApplicationRecord, ApplicationSessionRecord},
    session::policy::{Standing, decide},
    time::Timestamp,
    token::TokenHash,
};

use super::{Ask, Verdict};
use crate::{Services, UseCaseError, caller::is_stale};

/// Judges a request. Only a session that the policy still admits is let in; everything else leads
/// to the portal.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify(services: &Services, ask: Ask<'_>) -> Result<Verdict, UseCaseError> {
    let applications = &services.applications;
    let Some(token) = ask.token else {
        return without_session(services, &ask).await;
    };
    let Some(record) = applications.session(token, ask.origin).await? else {
        return without_session(services, &ask).await;
    };
    let now = services.clock.now();
    let Some(identity) = admitted(&record, token, now) else {
        return Ok(Verdict::SignIn(record.application.id));
    };
    let session = &record.session;
    if ask.is_activity && is_stale(session.facts.seen_at, now) {
        services.sessions.touch(&session.id, now).await?;
    }
    Ok(Verdict::LetIn(Box::new(identity)))
}

async fn without_session(services: &Services, ask: &Ask<'_>) -> Result<Verdict, UseCaseError> {
    let application = services.applications.at(ask.origin).await?;
    Ok(application.map_or(Verdict::Unknown, |found| Verdict::SignIn(found.id)))
}

/// The person, if the session is open and may enter for the account that it entered for.
fn admitted(
    record: &ApplicationSessionRecord,
    token: TokenHash,
    now: Timestamp,
) -> Option<Identity> {
    let ApplicationSessionRecord {
        application,
        account,
        session,
    } = record;
    let standing = decide(&session.facts, &session.subject, now)?;
    let has_mfa = session.subject.has_mfa;
    let admission = admit(&application.access, application.mfa, &standing, has_mfa).ok()?;
    if admission.account != account.as_ref() {
        return None;
    }
    Some(identity(application, record, &standing, token))
}

fn identity(
    application: &ApplicationRecord,
    record: &ApplicationSessionRecord,
    standing: &Standing,
    token: TokenHash,
) -> Identity {
    let session = &record.session;
    let (account, role) = match standing {
        Standing::Full { account, role } => (account.as_ref(), *role),
        _ => (None, None),
    };
    let account = account.map(|id| {
        let known = session.account_names.iter().find(|(known, _)| known == id);
        let name = known.map_or_else(|| id.to_string(), |(_, name)| name.to_string());
        (id.clone(), name)
    });
    Identity {
        audience: application.origin.clone(),
        user_header: application.user_header,
        user: session.user.clone(),
        email: session.email.to_string(),
        name: session.name.to_string(),
        account,
        role,
        has_mfa: session.subject.has_mfa,
        // Not the stored hash itself, by which a session is found.
        session: token.fingerprint(),
    }
}
