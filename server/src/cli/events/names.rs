//! Resolves the ids in events to current names: users by address, accounts by name.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use domain::{
    events::{Actor, EventRecord},
    ports::{Accounts, PortError, Users},
    secrets::vault::Vault,
};
use storage::Store;

/// The names behind the ids in events.
pub struct Names {
    people: HashMap<String, String>,
    /// By the keyed index under which sign-ins record the typed address.
    typed: HashMap<String, String>,
    accounts: HashMap<String, String>,
}

impl Names {
    /// Reads all users and accounts.
    pub async fn read(store: &Store, vault: &Vault) -> Result<Self, PortError> {
        let users = Users::list(store).await?;
        let accounts = Accounts::list(store).await?;
        let index = |email| HEXLOWER.encode(vault.email_index(email).as_bytes());
        Ok(Self {
            typed: users
                .iter()
                .map(|user| (index(&user.email), user.email.to_string()))
                .collect(),
            people: users
                .into_iter()
                .map(|user| (user.id.to_string(), user.email.to_string()))
                .collect(),
            accounts: accounts
                .into_iter()
                .map(|account| (account.id.to_string(), account.name.to_string()))
                .collect(),
        })
    }

    /// Returns the address of an existing user.
    pub fn email(&self, id: &str) -> Option<&str> {
        self.people.get(id).map(String::as_str)
    }

    /// Returns the name of an existing account.
    pub fn account_name(&self, id: &str) -> Option<&str> {
        self.accounts.get(id).map(String::as_str)
    }

    /// Returns the typed address, if it belongs to a user.
    pub fn typed(&self, event: &EventRecord) -> Option<&str> {
        let index = HEXLOWER.encode(event.email.as_ref()?);
        self.typed.get(&index).map(String::as_str)
    }

    /// Describes the actor or subject.
    pub fn person(&self, id: &str) -> String {
        let is_no_user = [Actor::Nobody, Actor::Operator, Actor::System]
            .iter()
            .any(|actor| actor.as_str() == id);
        match self.email(id) {
            Some(email) => email.to_owned(),
            None if is_no_user => id.to_owned(),
            None => format!("{id} (deleted)"),
        }
    }

    /// Describes an account.
    pub fn account(&self, id: &str) -> String {
        match self.account_name(id) {
            Some(name) => format!("`{}`", name.escape_debug()),
            None => format!("{id} (deleted)"),
        }
    }
}
