//! Adds the accounts and the users to an empty database.

use std::time::Duration;

use domain::{
    ids::AccountId,
    ports::{AccountAddition, NewAccount, RuleChange},
    time::Timestamp,
};
use usecases::Services;

use crate::cli::{
    Failure,
    demo::{
        cast::{ACCOUNTS, PEOPLE},
        disturbed,
        person::{self, Filled},
    },
};

/// How long ago everything was added.
pub const ADDED: Duration = Duration::from_hours(24 * 30);

/// Fills the database.
pub async fn fill(services: &Services) -> Result<Vec<Filled>, Failure> {
    let now = services.clock.now();
    let accounts = add_accounts(services, now).await?;
    let mut people = Vec::with_capacity(PEOPLE.len());
    for cast in &PEOPLE {
        people.push(person::add(services, &accounts, cast, now).await?);
    }
    Ok(people)
}

/// The accounts by name.
pub type Accounts = Vec<(&'static str, AccountId)>;

async fn add_accounts(services: &Services, now: Timestamp) -> Result<Accounts, Failure> {
    let mut accounts = Accounts::new();
    for (name, requires_mfa) in ACCOUNTS {
        let id = AccountId::from_random(services.entropy.draw()?);
        let account = NewAccount {
            id: id.clone(),
            name: name
                .parse()
                .map_err(|_| disturbed("a name is not usable"))?,
            at: now.minus(ADDED),
        };
        let added = services.accounts.add(account).await? == AccountAddition::Added
            && (!requires_mfa
                || services
                    .accounts
                    .set_rule(&id, true, now.minus(ADDED))
                    .await?
                    == RuleChange::Changed);
        if !added {
            return Err(disturbed("an account could not be added"));
        }
        accounts.push((name, id));
    }
    Ok(accounts)
}

/// Returns the account with that name.
pub fn account<'a>(accounts: &'a Accounts, name: &str) -> Result<&'a AccountId, Failure> {
    let found = accounts.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, id)| id)
        .ok_or_else(|| disturbed("an account is missing"))
}
