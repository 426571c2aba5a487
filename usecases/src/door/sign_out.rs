//! The end of a session in an application. The person stays signed in to Twinlock.

use domain::{door::ApplicationOrigin, people::names::ApplicationName, token::TokenHash};

use crate::{Services, UseCaseError};

/// Ends the session, if there is one.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn sign_out(
    services: &Services,
    origin: &ApplicationOrigin,
    token: Option<TokenHash>,
) -> Result<(), UseCaseError> {
    if let Some(token) = token {
        // A session that has ended already is no error.
        services.applications.end_session(token, origin).await?;
    }
    Ok(())
}

/// The name of the application at an origin.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn application_at(
    services: &Services,
    origin: &ApplicationOrigin,
) -> Result<Option<ApplicationName>, UseCaseError> {
    let application = services.applications.at(origin).await?;
    Ok(application.map(|found| found.name))
}
