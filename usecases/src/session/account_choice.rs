//! The account that a session works in, and the Owners who can help with a lost device.

use domain::ports::{AccountChoice, AccountOverview};

use super::{
    values::{AccountOption, AccountSelection, Viewer},
    viewer::reload_viewer,
};
use crate::{Context, UseCaseError};

/// The accounts to choose from, by name.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn accounts(context: &Context) -> Result<Vec<AccountOption>, UseCaseError> {
    let user = &context.caller()?.session.user;
    let accounts = context.services.accounts.of_user(user).await?;
    Ok(accounts.into_iter().map(account_option).collect())
}

fn account_option(overview: AccountOverview) -> AccountOption {
    AccountOption {
        id: overview.account.id,
        name: overview.account.name.into(),
        role: overview.role,
        requires_mfa: overview.account.requires_mfa,
    }
}

/// Sets the account that the session works in.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn choose_account(
    context: &Context,
    request: AccountSelection,
) -> Result<Viewer, UseCaseError> {
    let session = &context.caller()?.session.id;
    let sessions = &context.services.sessions;
    match sessions.choose_account(session, &request.account).await? {
        AccountChoice::Chosen => reload_viewer(context).await,
        AccountChoice::NotTheirs => Err(UseCaseError::NotFound),
        AccountChoice::SessionGone => Err(UseCaseError::NotSignedIn),
    }
}

/// The Owners who can help a user who lost their device. A half session gets no names unless the
/// operator allows it (`TWINLOCK_SHOW_HELPERS`).
#[tracing::instrument(level = "debug", skip_all)]
pub async fn helpers(context: &Context) -> Result<Vec<String>, UseCaseError> {
    if !context.services.settings.show_helpers {
        return Ok(Vec::new());
    }
    let user = &context.caller()?.session.user;
    let helpers = context.services.members.helpers(user).await?;
    Ok(helpers.into_iter().map(Into::into).collect())
}
