//! At the application's host: a code becomes a session in the application.

use domain::{
    ports::{CodeTake, TakenApplicationCode},
    token::Token,
};

use super::{TakeCode, Taken};
use crate::{Services, UseCaseError};

/// Takes a code. `None` if it opens nothing.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn take(services: &Services, code: TakeCode<'_>) -> Result<Option<Taken>, UseCaseError> {
    let token = Token::from_random(services.entropy.draw()?);
    let brought = TakenApplicationCode {
        code: code.code.hash(),
        nonce: code.nonce.hash(),
        origin: code.origin.clone(),
        token: token.hash(),
        at: services.clock.now(),
    };
    Ok(match services.applications.take_code(brought).await? {
        CodeTake::Opened { target } => Some(Taken { token, target }),
        CodeTake::Refused => None,
    })
}
