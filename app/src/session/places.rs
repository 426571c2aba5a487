//! Which account a session works in, and who can help with a lost device.

use domain::ports::{AccountChoice, AccountOverview};

use super::{
    api::{Chosen, PlaceToWork, Viewer},
    server::now,
};
use crate::{call::Call, error::AppError};

pub(super) async fn accounts(call: &Call) -> Result<Vec<PlaceToWork>, AppError> {
    let user = &call.caller()?.session.user;
    let accounts = call.services.accounts.of_user(user).await?;
    Ok(accounts.into_iter().map(place).collect())
}

fn place(overview: AccountOverview) -> PlaceToWork {
    PlaceToWork {
        id: overview.account.id,
        name: overview.account.name.into(),
        role: overview.role,
        requires_mfa: overview.account.requires_mfa,
    }
}

pub(super) async fn choose(call: &Call, request: Chosen) -> Result<Viewer, AppError> {
    let session = &call.caller()?.session.id;
    let sessions = &call.services.sessions;
    match sessions.choose_account(session, &request.account).await? {
        AccountChoice::Chosen => now(call).await,
        AccountChoice::NotTheirs => Err(AppError::NotFound),
        AccountChoice::SessionGone => Err(AppError::NotSignedIn),
    }
}

/// Before the second factor a session learns no names, unless the operator allows it (`TWINLOCK_SHOW_HELPERS`).
pub(super) async fn helpers(call: &Call) -> Result<Vec<String>, AppError> {
    if !call.services.settings.show_helpers {
        return Ok(Vec::new());
    }
    let user = &call.caller()?.session.user;
    let helpers = call.services.members.helpers(user).await?;
    Ok(helpers.into_iter().map(Into::into).collect())
}
