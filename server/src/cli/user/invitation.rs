//! Invitations: a link, valid once and for seven days, with which a user chooses the password.

use std::time::Duration;

use domain::{ids::UserId, time::Timestamp, token::Token};
use usecases::Services;

use crate::cli::Failure;

/// How long a link works.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// An invitation to print.
pub struct Invitation {
    /// The link.
    pub link: String,
    /// When the link expires.
    pub expires: Timestamp,
}

/// Creates an invitation; it invalidates the user's earlier ones.
pub async fn open(services: &Services, user: &UserId) -> Result<Invitation, Failure> {
    let token = Token::from_random(services.entropy.draw()?);
    let expires = services.clock.now().plus(LIFETIME);
    services.users.invite(user, token.hash(), expires).await?;
    Ok(Invitation {
        link: format!(
            "{}/invitation#{}",
            services.settings.public_url,
            token.expose()
        ),
        expires,
    })
}
