//! Help for users whose second factor does not let them in.

use domain::{
    ids::UserId,
    people::email::Email,
    ports::{MethodChange, PortError},
};

use super::Operator;

/// Clears the user's wrong codes, and the delays after wrong passwords for this address. Returns
/// how many codes in a row were refused.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn unlock(operator: &Operator, user: &UserId, email: &Email) -> Result<u32, PortError> {
    let index = operator.services.vault.email_index(email);
    operator.services.attempts.unlock(user, index).await
}

/// Deletes the user's method, backup codes and sessions, so that they can set up MFA again. Returns
/// false if they had no MFA.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn reset_mfa(operator: &Operator, user: &UserId) -> Result<bool, PortError> {
    let change = operator.services.mfa.reset_by_operator(user).await?;
    Ok(change == MethodChange::Done)
}
