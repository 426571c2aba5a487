//! Customer accounts.

use async_trait::async_trait;
use domain::{
    events::{Action, Event},
    ids::{AccountId, UserId},
    people::names::AccountName,
    ports::{
        AccountAddition, AccountOverview, AccountRecord, AccountRemoval, AccountRename, Accounts,
        Collision, Grant, MfaRule, NewAccount, PortError, RuleChange, RuleLift,
    },
    second_factor::step_up::Intent,
    time::Timestamp,
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        locks,
        migrate::canonical_forms,
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    people::account_rules,
};

#[async_trait]
impl Accounts for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.add"))]
    async fn add(&self, account: NewAccount) -> Result<AccountAddition, PortError> {
        let mut write = self.write().await?;
        let added = write.run(insert(&account)).await? == 1;
        let event = Event::done(Action::AccountAdd)
            .at(&account.id)
            .saying(account.name.as_str());
        write.commit_if(added, event).await?;
        Ok(if added {
            AccountAddition::Added
        } else {
            AccountAddition::NameTaken
        })
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.list"))]
    async fn list(&self) -> Result<Vec<AccountRecord>, PortError> {
        const ALL: &str = "
            SELECT a.id AS account_id, a.name AS account_name, a.require_mfa,
                   COUNT(m.user_id) AS members
            FROM accounts a LEFT JOIN memberships m ON m.account_id = a.id
            GROUP BY a.id, a.name, a.require_mfa, a.name_folded
            ORDER BY a.name_folded";
        self.rows(query(ALL))
            .await?
            .iter()
            .filter_map(|row| row.account().transpose())
            .collect()
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.collisions"))]
    async fn collisions(&self) -> Result<Vec<Collision<AccountId>>, PortError> {
        canonical_forms::of_accounts(self).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.find"))]
    async fn find(&self, name: &AccountName) -> Result<Option<AccountRecord>, PortError> {
        const BY_NAME: &str = "
            SELECT a.id AS account_id, a.name AS account_name, a.require_mfa,
                   (SELECT COUNT(*) FROM memberships m WHERE m.account_id = a.id) AS members
            FROM accounts a
            WHERE a.name_folded = $1 OR (a.is_canonical = 0 AND a.name = $2)
            ORDER BY CASE WHEN a.name = $2 THEN 0 ELSE 1 END
            LIMIT 1";
        let by_name = query(BY_NAME).bind(name.search_key()).bind(name.as_str());
        let row = self.row(by_name).await?;
        row.map_or(Ok(None), |row| row.account())
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.of_user"))]
    async fn of_user(&self, user: &UserId) -> Result<Vec<AccountOverview>, PortError> {
        const OF_USER: &str = "
            SELECT a.id AS account_id, a.name AS account_name, a.require_mfa,
                   a.rule_by, a.rule_at, p.role,
                   (SELECT COUNT(*)
                    FROM memberships c
                    WHERE c.account_id = a.id) AS members,
                   (SELECT COUNT(*)
                    FROM memberships c
                    WHERE c.account_id = a.id
                      AND EXISTS (SELECT 1
                                  FROM mfa_methods m
                                  WHERE m.user_id = c.user_id)) AS protected
            FROM memberships p JOIN accounts a ON a.id = p.account_id
            WHERE p.user_id = $1
            ORDER BY a.name_folded";
        let mut accounts = Vec::new();
        for row in self.rows(query(OF_USER).bind(user.as_str())).await? {
            if let Some((account, role)) = row.place()? {
                accounts.push(AccountOverview {
                    account,
                    role,
                    protected: row.count("protected")?,
                    rule: account_rules::read(&row)?,
                });
            }
        }
        Ok(accounts)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.require_mfa"))]
    async fn require_mfa(
        &self,
        account: &AccountId,
        owner: &UserId,
        at: Timestamp,
    ) -> Result<RuleChange, PortError> {
        let mut write = self.write().await?;
        let change =
            account_rules::set_by_owner(&mut write, account, owner, MfaRule::Required, at).await?;
        let event = Event::done(Action::RuleOn).at(account);
        let is_changed = change == RuleChange::Changed;
        write.commit_if(is_changed, event).await?;
        Ok(change)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.lift_rule"))]
    async fn lift_rule(&self, grant: Grant, at: Timestamp) -> Result<RuleLift, PortError> {
        let mut write = self.write().await?;
        let lift = account_rules::lift(&mut write, &grant, at).await?;
        let event = match &grant.intent {
            Intent::RuleOff { account } => Event::done(Action::RuleOff).at(account),
            _ => Event::done(Action::RuleOff),
        };
        write.commit_if(lift == RuleLift::Lifted, event).await?;
        Ok(lift)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.set_rule"))]
    async fn set_rule(
        &self,
        account: &AccountId,
        rule: MfaRule,
        at: Timestamp,
    ) -> Result<RuleChange, PortError> {
        let mut write = self.write().await?;
        let change = account_rules::set_by_operator(&mut write, account, rule, at).await?;
        let action = match rule {
            MfaRule::Required => Action::RuleOn,
            MfaRule::Optional => Action::RuleOff,
        };
        let event = Event::done(action).at(account);
        let is_changed = change == RuleChange::Changed;
        write.commit_if(is_changed, event).await?;
        Ok(change)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.rename"))]
    async fn rename(
        &self,
        account: &AccountId,
        name: &AccountName,
    ) -> Result<AccountRename, PortError> {
        const RENAME: &str = "
            UPDATE accounts
            SET name = $2, name_folded = $3, is_canonical = 1
            WHERE id = $1
              AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.name_folded = $3 AND o.id <> $1)";
        let mut write = self.write().await?;
        let rename = query(RENAME)
            .bind(account.as_str())
            .bind(name.as_str())
            .bind(name.search_key());
        let renamed = write.run(rename).await? == 1;
        let event = Event::done(Action::AccountRename)
            .at(account)
            .saying(name.as_str());
        write.commit_if(renamed, event).await?;
        Ok(if renamed {
            AccountRename::Renamed
        } else {
            AccountRename::Refused
        })
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "accounts.remove"))]
    async fn remove(&self, account: &AccountId) -> Result<AccountRemoval, PortError> {
        const REMOVE: &str = "DELETE FROM accounts WHERE id = $1";
        let mut write = self.write().await?;
        locks::account(&mut write, account).await?;
        let remove = query(REMOVE).bind(account.as_str());
        let removed = write.run(remove).await? == 1;
        let event = Event::done(Action::AccountRemove).at(account);
        write.commit_if(removed, event).await?;
        Ok(if removed {
            AccountRemoval::Removed
        } else {
            AccountRemoval::NoAccount
        })
    }
}

fn insert(account: &NewAccount) -> Statement {
    const INSERT: &str = "
        INSERT INTO accounts (id, name, name_folded, created_at, is_canonical)
        VALUES ($1, $2, $3, $4, 1)
        ON CONFLICT (name_folded) DO NOTHING";
    query(INSERT)
        .bind(account.id.as_str())
        .bind(account.name.as_str())
        .bind(account.name.search_key())
        .bind(account.at.millis())
}

/// Makes sure that an account of this name exists, because the operator may have added it before.
pub async fn ensure(write: &mut WriteTransaction, account: &NewAccount) -> Result<(), PortError> {
    write.run(insert(account)).await.map(drop)
}
