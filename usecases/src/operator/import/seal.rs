//! What of a person is stored: the password's hash under Argon2id, and the sealed key.

use domain::{
    ids::{MethodId, UserId},
    imports::Person,
    people::names::MethodName,
    ports::{ImportedMethod, PortError, SecretHash},
    second_factor::totp::TotpKey,
    secrets::{imported_hash::TakenHash, vault::SealContext},
    time::TimeStep,
};

use crate::operator::Operator;

/// Whether the person's password takes a computation of Argon2id.
pub(super) const fn needs_hash(person: &Person) -> bool {
    matches!(person.password, Some(TakenHash::Old(_)))
}

/// The password's hash in stored form: Argon2id over an old digest.
pub(super) async fn seal(
    operator: &Operator,
    person: &Person,
) -> Result<Option<SecretHash>, PortError> {
    Ok(match &person.password {
        None => None,
        Some(TakenHash::Own(hash)) => Some(hash.clone()),
        Some(TakenHash::Old(old)) => {
            let over = operator.services.hasher.hash(&old.digest).await?;
            Some(old.recipe.stored(&over))
        }
    })
}

/// The authenticator, with its key sealed for the method's row.
pub(super) fn method(
    operator: &Operator,
    user: &UserId,
    key: &TotpKey,
    name: MethodName,
    last_step: TimeStep,
) -> Result<ImportedMethod, PortError> {
    let services = &operator.services;
    let id = MethodId::from_random(services.entropy.draw()?);
    let place = SealContext::Method(user, &id);
    let sealed = services.vault.seal(key, place, services.entropy.draw()?);
    let key = sealed.map_err(|error| PortError::Failed(error.into()))?;
    Ok(ImportedMethod {
        id,
        name,
        key,
        last_step,
    })
}
