//! Use cases of My profile.

use domain::ports::{MethodRecord, UserRecord};

use super::api::{Method, Place, Profile};
use crate::{call::Call, error::AppError};

pub(crate) async fn view(call: &Call) -> Result<Profile, AppError> {
    let id = &call.caller()?.session.user;
    let user = call
        .services
        .users
        .find(id)
        .await?
        .ok_or(AppError::NotSignedIn)?;
    let method = call.services.mfa.method(id).await?;
    Ok(profile(user, method))
}

fn profile(user: UserRecord, method: Option<MethodRecord>) -> Profile {
    let places = user.accounts.into_iter();
    Profile {
        name: user.name.into(),
        email: user.email.into(),
        accounts: places
            .map(|(account, role)| Place {
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
