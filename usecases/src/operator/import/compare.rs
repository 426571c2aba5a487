//! Compares a line with the person who exists already.
//!
//! A file may be imported again, also after its people have signed in, changed their password or
//! deleted their authenticator. So passwords are compared only while the imported one is stored or
//! none was ever used, and authenticators only until the first complete sign-in.

use domain::{
    imports::Person,
    ports::{AccountRecord, Credentials, MethodFactor, PortError, UserRecord},
    secrets::{
        imported_hash::{StoredHash, TakenHash},
        vault::SealContext,
    },
};

use super::{Difference, Mismatch};
use crate::operator::Operator;

/// A person who exists.
pub(super) struct Existing<'a> {
    pub user: &'a UserRecord,
    pub credentials: &'a Credentials,
}

impl Existing<'_> {
    /// In what the person differs from the line, which names this account.
    pub async fn differences(
        &self,
        operator: &Operator,
        person: &Person,
        account: &AccountRecord,
    ) -> Result<Vec<Difference>, PortError> {
        let user = self.user;
        let mut found = Vec::new();
        if user.name.as_str() != person.name.as_str() {
            found.push(Difference::Name {
                here: user.name.clone(),
                file: person.name.clone(),
            });
        }
        match user.accounts.iter().find(|(of, _)| of.id == account.id) {
            None => found.push(Difference::Account(account.name.clone())),
            Some((_, role)) if *role != person.role => found.push(Difference::Role {
                here: *role,
                file: person.role,
            }),
            Some(_) => {}
        }
        if user.disabled != person.disabled {
            found.push(Difference::Status {
                is_disabled_here: user.disabled,
            });
        }
        found.extend(self.password(person).map(Difference::Password));
        if user.last_sign_in.is_none() {
            let method = self.method(operator, person).await?;
            found.extend(method.map(Difference::Method));
        }
        Ok(found)
    }

    /// A hash at our own cost is not compared, because a password that was chosen here has one too.
    fn password(&self, person: &Person) -> Option<Mismatch> {
        let stored = self.credentials.password.as_ref().map(StoredHash::read);
        match (stored, &person.password) {
            (None, Some(_)) if self.user.last_sign_in.is_none() => Some(Mismatch::OnlyInFile),
            (Some(Ok(StoredHash::Imported { .. })), None) => Some(Mismatch::OnlyHere),
            // Each old hash has a random salt, so recipes are as good as hashes.
            (Some(Ok(StoredHash::Imported { recipe, .. })), Some(hash)) => {
                let is_same = matches!(hash, TakenHash::Old(old) if old.recipe == recipe);
                (!is_same).then_some(Mismatch::Other)
            }
            _ => None,
        }
    }

    /// A key that can't be opened is not compared.
    async fn method(
        &self,
        operator: &Operator,
        person: &Person,
    ) -> Result<Option<Mismatch>, PortError> {
        let key = match (&person.method, self.user.has_mfa) {
            (None, false) => return Ok(None),
            (None, true) => return Ok(Some(Mismatch::OnlyHere)),
            (Some(_), false) => return Ok(Some(Mismatch::OnlyInFile)),
            (Some((key, _)), true) => key,
        };
        let services = &operator.services;
        let settings = services.mfa.settings(&self.user.id).await?;
        let is_same = settings.methods.iter().any(|method| {
            let MethodFactor::Application { key: sealed, .. } = &method.factor else {
                return false;
            };
            let place = SealContext::Method(&self.user.id, &method.id);
            let opened = services.vault.open(sealed, place);
            opened.map_or(true, |opened| opened.expose() == key.expose())
        });
        Ok((!is_same).then_some(Mismatch::Other))
    }
}
