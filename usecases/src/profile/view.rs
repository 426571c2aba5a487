//! Use cases of My profile.

use domain::ports::{MethodFactor, MethodRecord, MfaSettings, UserRecord};

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
    let settings = context.services.mfa.settings(id).await?;
    Ok(profile(user, settings))
}

fn profile(user: UserRecord, settings: MfaSettings) -> Profile {
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
        methods: settings.methods.into_iter().map(method).collect(),
        codes_left: settings.codes_left,
        codes_saved: settings.codes_saved,
    }
}

fn method(record: MethodRecord) -> Method {
    Method {
        id: record.id,
        name: record.name.into(),
        method_type: record.factor.method_type(),
        is_default: record.is_default,
        is_synced: match record.factor {
            MethodFactor::Application { .. } => None,
            MethodFactor::PublicKey(key) => Some(key.backed_up),
        },
        added_at: record.added_at,
        used_at: record.used_at,
    }
}
