//! Links that the operator passes on: to create the first Owner, and to choose a password.

use std::time::Duration;

use domain::{ids::UserId, ports::PortError, time::Timestamp, token::Token};

use super::Operator;
use crate::Services;

/// How long an invitation works.
const INVITATION: Duration = Duration::from_hours(7 * 24);

/// An invitation: a link, valid once, with which a user chooses their password.
pub struct Invitation {
    /// The link, which contains its token.
    pub link: String,
    /// When the link expires.
    pub expires: Timestamp,
}

/// Creates an invitation. Earlier invitations of the user stop working.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn invite(operator: &Operator, user: &UserId) -> Result<Invitation, PortError> {
    let token = Token::from_random(operator.services.entropy.draw()?);
    let expires = operator.now.plus(INVITATION);
    let users = &operator.services.users;
    users.invite(user, token.hash(), expires).await?;
    Ok(Invitation {
        link: link(&operator.services, "invitation", &token),
        expires,
    })
}

/// Creates the link for the first account and its Owner, while there are no users. Earlier links
/// stop working. The server itself does this at its start.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn offer_setup_link(services: &Services) -> Result<Option<String>, PortError> {
    if !services.users.none_exist().await? {
        return Ok(None);
    }
    let token = Token::from_random(services.entropy.draw()?);
    services.users.offer_set_up(token.hash()).await?;
    Ok(Some(link(services, "setup", &token)))
}

/// A link to a page. The token is in the fragment, which browsers do not send to the server.
fn link(services: &Services, page: &str, token: &Token) -> String {
    let base = &services.settings.public_url;
    format!("{base}/{page}#{}", token.expose())
}
