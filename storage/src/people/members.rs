//! Memberships of users in accounts, and which Owners may help which members.

use async_trait::async_trait;
use domain::{
    events::{Action, Event},
    ids::{AccountId, UserId},
    people::{
        names::{AccountName, PersonName},
        roles::Role,
    },
    ports::{
        Grant, MemberPage, MemberQuery, MemberRecord, MemberReset, Members, MembershipChange,
        PortError,
    },
    second_factor::step_up::{self, Intent},
};
use tracing::instrument;

use crate::{
    Store,
    engine::{locks, rows::Values, statement::query, transaction::WriteTransaction},
    mfa::{methods, step_ups},
    people::{member_list, membership_change, owners},
};

/// The users who may reset the MFA of `$1`. They must own all of that user's accounts, so looking
/// through one of them is enough. An Owner without a password can't sign in, so can't help yet.
const HELPERS: &str = "
    SELECT u.name
    FROM memberships h JOIN users u ON u.id = h.user_id
    WHERE h.account_id = (SELECT MIN(account_id) FROM memberships WHERE user_id = $1)
      AND h.role = 'owner'
      AND u.id <> $1
      AND u.disabled = 0
      AND u.password_hash IS NOT NULL
      AND NOT EXISTS (SELECT 1
                      FROM memberships p
                      WHERE p.user_id = $1
                        AND NOT EXISTS (SELECT 1
                                        FROM memberships o
                                        WHERE o.account_id = p.account_id
                                          AND o.user_id = u.id
                                          AND o.role = 'owner'))
    ORDER BY u.name_folded, u.id";

/// Counts 1 if `$1` may reset the MFA of `$2` in the account `$3`.
const MAY_RESET: &str = "
    SELECT COUNT(*)
    FROM memberships h JOIN users u ON u.id = h.user_id
    WHERE h.account_id = $3
      AND h.user_id = $1
      AND h.role = 'owner'
      AND u.disabled = 0
      AND u.id <> $2
      AND EXISTS (SELECT 1 FROM memberships p WHERE p.account_id = $3 AND p.user_id = $2)
      AND NOT EXISTS (SELECT 1
                      FROM memberships p
                      WHERE p.user_id = $2
                        AND NOT EXISTS (SELECT 1
                                        FROM memberships o
                                        WHERE o.account_id = p.account_id
                                          AND o.user_id = $1
                                          AND o.role = 'owner'))";

#[async_trait]
impl Members for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.page"))]
    async fn page(&self, query: MemberQuery) -> Result<MemberPage, PortError> {
        member_list::page(self, &query).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.member"))]
    async fn member(
        &self,
        account: &AccountId,
        member: &UserId,
        viewer: &UserId,
    ) -> Result<Option<MemberRecord>, PortError> {
        member_list::one(self, account, member, viewer).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.reset"))]
    async fn reset(&self, grant: Grant) -> Result<MemberReset, PortError> {
        let mut write = self.write().await?;
        let reset = reset(&mut write, &grant).await?;
        let event = match &grant.intent {
            Intent::MemberReset { account, member } => {
                Event::done(Action::MemberReset).of(member).at(account)
            }
            _ => Event::done(Action::MemberReset),
        };
        write.commit_if(reset == MemberReset::Done, event).await?;
        Ok(reset)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.helpers"))]
    async fn helpers(&self, user: &UserId) -> Result<Vec<PersonName>, PortError> {
        let rows = self.rows(query(HELPERS).bind(user.as_str())).await?;
        rows.iter().map(|row| row.stored_text("name")).collect()
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.join"))]
    async fn join(
        &self,
        user: &UserId,
        account: &AccountId,
        role: Role,
    ) -> Result<MembershipChange, PortError> {
        const JOIN: &str = "
            INSERT INTO memberships (user_id, account_id, role)
            VALUES ($1, $2, $3)
            ON CONFLICT (user_id, account_id) DO NOTHING";
        let mut write = self.write().await?;
        if !held(&mut write, user, account).await? {
            write.rollback().await?;
            return Ok(MembershipChange::NotThere);
        }
        let join = query(JOIN)
            .bind(user.as_str())
            .bind(account.as_str())
            .bind(role.as_str());
        let joined = write.run(join).await?;
        let event = place(Action::MemberAdd, user, account).saying(role.as_str());
        write.commit_if(joined == 1, event).await?;
        Ok(membership_change(joined))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.set_role"))]
    async fn set_role(
        &self,
        user: &UserId,
        account: &AccountId,
        role: Role,
    ) -> Result<MembershipChange, PortError> {
        const SET_ROLE: &str = "
            UPDATE memberships
            SET role = $3
            WHERE user_id = $1 AND account_id = $2";
        let mut write = self.write().await?;
        held(&mut write, user, account).await?;
        if role != Role::Owner
            && let Some(refusal) = owners::last_of(&mut write, user, account).await?
        {
            write.rollback().await?;
            return Ok(refusal);
        }
        let set = query(SET_ROLE)
            .bind(user.as_str())
            .bind(account.as_str())
            .bind(role.as_str());
        let set = write.run(set).await?;
        let event = place(Action::MemberRole, user, account).saying(role.as_str());
        write.commit_if(set == 1, event).await?;
        Ok(membership_change(set))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.only_owner_of"))]
    async fn only_owner_of(&self, user: &UserId) -> Result<Vec<AccountName>, PortError> {
        owners::only_owner_of(self, user).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "members.leave"))]
    async fn leave(
        &self,
        user: &UserId,
        account: &AccountId,
    ) -> Result<MembershipChange, PortError> {
        const LEAVE: &str = "DELETE FROM memberships WHERE user_id = $1 AND account_id = $2";
        let mut write = self.write().await?;
        held(&mut write, user, account).await?;
        if let Some(refusal) = owners::last_of(&mut write, user, account).await? {
            write.rollback().await?;
            return Ok(refusal);
        }
        let leave = query(LEAVE).bind(user.as_str()).bind(account.as_str());
        let left = write.run(leave).await?;
        let event = place(Action::MemberRemove, user, account);
        write.commit_if(left == 1, event).await?;
        Ok(membership_change(left))
    }
}

fn place(action: Action, user: &UserId, account: &AccountId) -> Event {
    Event::done(action).of(user).at(account)
}

/// Locks both rows of a membership; false if one of them does not exist.
async fn held(
    write: &mut WriteTransaction,
    user: &UserId,
    account: &AccountId,
) -> Result<bool, PortError> {
    Ok(locks::person(write, user).await? && locks::account(write, account).await?)
}

async fn reset(write: &mut WriteTransaction, grant: &Grant) -> Result<MemberReset, PortError> {
    let Intent::MemberReset { account, member } = &grant.intent else {
        return Ok(MemberReset::NoGrant);
    };
    locks::people(write, &grant.user, member).await?;
    locks::account(write, account).await?;
    if !step_ups::consume(write, grant, step_up::ProtectedAction::MemberReset).await? {
        return Ok(MemberReset::NoGrant);
    }
    let may_reset = query(MAY_RESET)
        .bind(grant.user.as_str())
        .bind(member.as_str())
        .bind(account.as_str());
    let allowed = write.count(may_reset).await? == 1 && methods::reset(write, member).await?;
    Ok(if allowed {
        MemberReset::Done
    } else {
        MemberReset::NotAllowed
    })
}
