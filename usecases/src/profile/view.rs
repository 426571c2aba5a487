//! Use cases of My profile.

use domain::ports::{MethodRecord, UserRecord};

use super::values::{Method, Profile, ProfileAccount};
use crate::{Context, UseCaseError};

/// The current user and their MFA settings.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn view(context: &Context) -> Result<Profile, UseCaseError> {
    let id = &context.caller()?.session.user;
    let user = context
        .services
        .users
        .find(id)
        .await?
        .ok_or(UseCaseError::NotSignedIn)?;
    let method = context.services.mfa.method(id).await?;
    Ok(profile(user, method))
}

fn profile(user: UserRecord, method: Option<MethodRecord>) -> Profile {
    let places = user.accounts.into_iter();
    Profile {
        name: user.name.into(),
        email: user.email.into(),
        accounts: places
            .map(|(account, role)| ProfileAccount {
                account: account.name.into(),
                role,
                requires_mfa: account.requires_mfa,
            })
            .collect(),
        last_sign_in: user.last_sign_in,
        method: method.map(|method| Method {
            name: method.name.into(),
            added_at: method.added_at,
            used_at: method.used_at,
            codes_left: method.codes_left,
            codes_saved: method.codes_saved,
        }),
    }
}
