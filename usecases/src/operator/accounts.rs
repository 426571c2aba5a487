//! Accounts, as the operator manages them.

use domain::{
    ids::{AccountId, UserId},
    members::MemberState,
    people::{email::Email, names::AccountName, roles::Role, stored_text::StoredText},
    ports::{
        AccountAddition, AccountRecord, AccountRemoval, AccountRename, Collision, MemberQuery,
        MfaRule, NewAccount, PortError, RuleChange,
    },
};

use super::{Operator, OperatorError};

/// All accounts, by name.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_accounts(operator: &Operator) -> Result<Vec<AccountRecord>, PortError> {
    operator.services.accounts.list().await
}

/// The account with this name. The name is compared as written, because the name of an older
/// account may contain characters that new names must not contain.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn find_account(
    operator: &Operator,
    name: &str,
) -> Result<Option<AccountRecord>, PortError> {
    let name = AccountName::from_stored(name.trim().to_owned());
    operator.services.accounts.find(&name).await
}

/// Accounts whose name is a spelling of another account's name.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_colliding_accounts(
    operator: &Operator,
) -> Result<Vec<Collision<AccountId>>, PortError> {
    operator.services.accounts.collisions().await
}

/// Adds an account, without members and without the MFA rule.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn add_account(
    operator: &Operator,
    name: &AccountName,
) -> Result<AccountId, OperatorError> {
    let id = AccountId::from_random(operator.services.entropy.draw()?);
    let account = NewAccount {
        id: id.clone(),
        name: name.clone(),
        at: operator.now,
    };
    match operator.services.accounts.add(account).await? {
        AccountAddition::Added => Ok(id),
        AccountAddition::NameTaken => Err(name_taken(operator, None, name).await?),
    }
}

/// Renames an account.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn rename_account(
    operator: &Operator,
    account: &AccountId,
    name: &AccountName,
) -> Result<(), OperatorError> {
    match operator.services.accounts.rename(account, name).await? {
        AccountRename::Renamed => Ok(()),
        AccountRename::Refused => Err(name_taken(operator, Some(account), name).await?),
    }
}

/// The error for a name that another account has, in that account's spelling.
async fn name_taken(
    operator: &Operator,
    own: Option<&AccountId>,
    name: &AccountName,
) -> Result<OperatorError, PortError> {
    let accounts = operator.services.accounts.list().await?.into_iter();
    let mut others = accounts.filter(|account| Some(&account.id) != own);
    let holder = others.find(|account| account.name.search_key() == name.search_key());
    // Another command may have removed the other account since.
    let holder = holder.map_or_else(|| name.clone(), |account| account.name);
    Ok(OperatorError::NameTaken { holder })
}

/// Removes an account, even with its last Owner, because nothing is left to own. Its members stay
/// users.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn remove_account(operator: &Operator, account: &AccountId) -> Result<(), OperatorError> {
    match operator.services.accounts.remove(account).await? {
        AccountRemoval::Removed => Ok(()),
        AccountRemoval::NoAccount => Err(OperatorError::NoAccount),
    }
}

/// Sets an account's MFA rule. Returns whether that changed the rule: an unchanged rule keeps its
/// author and its time.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_rule(
    operator: &Operator,
    account: &AccountId,
    rule: MfaRule,
) -> Result<bool, OperatorError> {
    let accounts = &operator.services.accounts;
    match accounts.set_rule(account, rule, operator.now).await? {
        RuleChange::Changed => Ok(true),
        RuleChange::Same => Ok(false),
        RuleChange::Refused => Err(OperatorError::NoAccount),
    }
}

/// The members of an account with their roles, by address.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_members(
    operator: &Operator,
    account: &AccountId,
) -> Result<Vec<(Email, Role)>, PortError> {
    let users = operator.services.users.list().await?.into_iter();
    let members = users.filter_map(|user| {
        let (_, role) = user.accounts.iter().find(|(of, _)| of.id == *account)?;
        Some((user.email.clone(), *role))
    });
    Ok(members.collect())
}

/// How many members of an account have no MFA, in any state.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn count_without_mfa(operator: &Operator, account: &AccountId) -> Result<u32, PortError> {
    let mut count = 0;
    for state in MemberState::ALL {
        if state.has_mfa() {
            continue;
        }
        let query = MemberQuery {
            account: account.clone(),
            // The count does not depend on the viewer, and the operator is not a user.
            viewer: UserId::from_random([0; 16]),
            search: String::new(),
            state: Some(state),
            offset: 0,
            limit: Some(1),
        };
        count += operator.services.members.page(query).await?.matching;
    }
    Ok(count)
}
