//! Users.

use async_trait::async_trait;
use domain::{
    events::{Action, Event, MethodKind},
    ids::{AccountId, UserId},
    people::{email::Email, roles::Role},
    ports::{
        AddressChange, Collision, Credentials, FirstOwner, FirstStart, InvitationUse, InvitedUser,
        MembershipChange, NewUser, PasswordSetting, PortError, SecretHash, SignInRecord,
        UserAddition, UserRecord, UserStatus, Users,
    },
    time::Timestamp,
    token::TokenHash,
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        locks, migrate::canonical_forms, rows::Values, statement::query,
        transaction::WriteTransaction,
    },
    people::{
        accounts, invitations, membership_change, owners,
        user_rows::{ALL, ONE},
    },
    sign_in::{known_browsers, session_opening, sessions},
};

#[async_trait]
impl Users for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.none_exist"))]
    async fn none_exist(&self) -> Result<bool, PortError> {
        const ANY: &str = "SELECT 1 FROM users LIMIT 1";
        Ok(!self.exists(query(ANY)).await?)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.offer_set_up"))]
    async fn offer_set_up(&self, link: TokenHash) -> Result<(), PortError> {
        /// A user may have been added since the caller checked. `WHERE` also keeps the parser from
        /// reading `ON CONFLICT` as the `ON` of a join.
        const OFFER: &str = "
            INSERT INTO set_up_link (id, token_hash)
            SELECT 1, $1
            WHERE NOT EXISTS (SELECT 1 FROM users)
            ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash";
        let mut write = self.write().await?;
        let offer = query(OFFER).bind(link.as_bytes().as_slice());
        write.run(offer).await?;
        write.commit(Event::done(Action::FirstStartOffer)).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.set_up_is_open"))]
    async fn set_up_is_open(&self, link: TokenHash) -> Result<bool, PortError> {
        const OPEN: &str = "
            SELECT 1
            FROM set_up_link
            WHERE token_hash = $1 AND NOT EXISTS (SELECT 1 FROM users)";
        let open = query(OPEN).bind(link.as_bytes().as_slice());
        self.exists(open).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.create_first_owner"))]
    async fn create_first_owner(&self, first: FirstOwner) -> Result<FirstStart, PortError> {
        const TAKE: &str = "
            DELETE FROM set_up_link
            WHERE token_hash = $1 AND NOT EXISTS (SELECT 1 FROM users)";
        const JOIN: &str = "
            INSERT INTO memberships (user_id, account_id, role)
            SELECT $1, id, $3
            FROM accounts
            WHERE name_folded = $2";
        let mut write = self.write().await?;
        let take = query(TAKE).bind(first.link.as_bytes().as_slice());
        if write.run(take).await? != 1 || !insert(&mut write, &first.owner).await? {
            write.rollback().await?;
            return Ok(FirstStart::LinkDead);
        }
        accounts::ensure(&mut write, &first.account).await?;
        let join = query(JOIN)
            .bind(first.owner.id.as_str())
            .bind(first.account.name.search_key())
            .bind(Role::Owner.as_str());
        write.run(join).await?;
        let event = Event::done(Action::FirstStart).of(&first.owner.id);
        let opened = session_opening::open(write, &first.session, event.by_subject()).await?;
        Ok(if opened.is_done() {
            FirstStart::Done
        } else {
            FirstStart::LinkDead
        })
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.add"))]
    async fn add(
        &self,
        user: NewUser,
        account: &AccountId,
        role: Role,
    ) -> Result<UserAddition, PortError> {
        const JOIN: &str = "
            INSERT INTO memberships (user_id, account_id, role)
            VALUES ($1, $2, $3)";
        let mut write = self.write().await?;
        if !insert(&mut write, &user).await? {
            write.rollback().await?;
            return Ok(UserAddition::AddressTaken);
        }
        let join = query(JOIN)
            .bind(user.id.as_str())
            .bind(account.as_str())
            .bind(role.as_str());
        write.run(join).await?;
        let event = Event::done(Action::UserAdd).of(&user.id).at(account);
        write.commit(event.saying(role.as_str())).await?;
        Ok(UserAddition::Added)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.list"))]
    async fn list(&self) -> Result<Vec<UserRecord>, PortError> {
        self.records(query(ALL)).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.find"))]
    async fn find(&self, user: &UserId) -> Result<Option<UserRecord>, PortError> {
        let one = query(ONE).bind(user.as_str());
        Ok(self.records(one).await?.pop())
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.credentials"))]
    async fn credentials(&self, email: &Email) -> Result<SignInRecord, PortError> {
        /// If two users have different spellings of one address, an exact match wins.
        const BY_EMAIL: &str = "
            SELECT id, email, name, password_hash, disabled
            FROM users
            WHERE email IN ($1, $2)
            ORDER BY CASE WHEN email = $2 THEN 0 ELSE 1 END
            LIMIT 1";
        let by_email = query(BY_EMAIL)
            .bind(email.as_str())
            .bind(email.earlier().unwrap_or(email.as_str()).to_owned());
        let Some(row) = self.row(by_email).await? else {
            return Ok(None);
        };
        Ok(Some(Credentials {
            user: row.value("id")?,
            email: row.stored_text("email")?,
            name: row.stored_text("name")?,
            password: row.secret("password_hash")?,
            disabled: row.flag("disabled")?,
        }))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.password"))]
    async fn password(&self, user: &UserId) -> Result<Option<SecretHash>, PortError> {
        const PASSWORD: &str = "SELECT password_hash FROM users WHERE id = $1";
        let row = self.row(query(PASSWORD).bind(user.as_str())).await?;
        row.map_or(Ok(None), |row| row.secret("password_hash"))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.set_password"))]
    async fn set_password(
        &self,
        user: &UserId,
        password: SecretHash,
    ) -> Result<PasswordSetting, PortError> {
        const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";
        let mut write = self.write().await?;
        let set = query(SET_PASSWORD)
            .bind(user.as_str())
            .bind(password.expose());
        let is_set = write.run(set).await? == 1;
        sessions::end_all(&mut write, user).await?;
        invitations::forget(&mut write, user).await?;
        let event = Event::done(Action::PasswordChange)
            .of(user)
            .with(MethodKind::Password);
        write.commit_if(is_set, event).await?;
        Ok(if is_set {
            PasswordSetting::Set
        } else {
            PasswordSetting::NoUser
        })
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.set_email"))]
    async fn set_email(&self, user: &UserId, email: &Email) -> Result<AddressChange, PortError> {
        const SET_EMAIL: &str = "
            UPDATE users
            SET email = $2, is_canonical = 1
            WHERE id = $1
              AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email = $2 AND o.id <> $1)";
        let mut write = self.write().await?;
        let set = query(SET_EMAIL).bind(user.as_str()).bind(email.as_str());
        let is_set = write.run(set).await? == 1;
        let event = Event::done(Action::EmailChange).of(user);
        write.commit_if(is_set, event).await?;
        Ok(if is_set {
            AddressChange::Changed
        } else {
            AddressChange::Refused
        })
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.collisions"))]
    async fn collisions(&self) -> Result<Vec<Collision<UserId>>, PortError> {
        canonical_forms::of_people(self).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.set_status"))]
    async fn set_status(
        &self,
        user: &UserId,
        status: UserStatus,
    ) -> Result<MembershipChange, PortError> {
        const SET_DISABLED: &str = "UPDATE users SET disabled = $2 WHERE id = $1";
        let disabled = status == UserStatus::Disabled;
        let mut write = self.write().await?;
        if disabled && let Some(refusal) = check_last_owner(&mut write, user).await? {
            write.rollback().await?;
            return Ok(refusal);
        }
        let set = query(SET_DISABLED)
            .bind(user.as_str())
            .bind(i64::from(disabled));
        let set = write.run(set).await?;
        if disabled {
            sessions::end_all(&mut write, user).await?;
        }
        let action = if disabled {
            Action::UserDisable
        } else {
            Action::UserEnable
        };
        write
            .commit_if(set == 1, Event::done(action).of(user))
            .await?;
        Ok(membership_change(set))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.remove"))]
    async fn remove(&self, user: &UserId) -> Result<MembershipChange, PortError> {
        const REMOVE: &str = "DELETE FROM users WHERE id = $1";
        let mut write = self.write().await?;
        if let Some(refusal) = check_last_owner(&mut write, user).await? {
            write.rollback().await?;
            return Ok(refusal);
        }
        let removed = write.run(query(REMOVE).bind(user.as_str())).await?;
        // An older version may have left the link when it added a user; it would become valid again
        // once the last user is removed.
        end_set_up(&mut write).await?;
        let event = Event::done(Action::UserRemove).of(user);
        write.commit_if(removed == 1, event).await?;
        Ok(membership_change(removed))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.invite"))]
    async fn invite(
        &self,
        user: &UserId,
        link: TokenHash,
        expires: Timestamp,
    ) -> Result<(), PortError> {
        self.open_invitation(user, link, expires).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.invited"))]
    async fn invited(
        &self,
        link: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitedUser>, PortError> {
        self.open_invitation_of(link, now).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "users.accept_invitation"))]
    async fn accept_invitation(
        &self,
        link: TokenHash,
        password: SecretHash,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<InvitationUse, PortError> {
        const SET_PASSWORD: &str = "
            UPDATE users
            SET password_hash = $2
            WHERE id = $1 AND disabled = 0";
        let mut write = self.write().await?;
        let Some(user) = invitations::holder(&mut write, link).await? else {
            write.rollback().await?;
            return Ok(InvitationUse::NotOpen);
        };
        // Locks the user's row first (see the crate's documentation); rolls back if the invitation
        // is not valid.
        let set = query(SET_PASSWORD)
            .bind(user.as_str())
            .bind(password.expose());
        let is_set = write.run(set).await? == 1;
        if !is_set || !invitations::take(&mut write, link, now).await? {
            write.rollback().await?;
            return Ok(InvitationUse::NotOpen);
        }
        sessions::end_all(&mut write, &user).await?;
        write
            .run(known_browsers::first_statement(browser, &user, now))
            .await?;
        let event = Event::done(Action::InvitationAccept).of(&user);
        write
            .commit(event.with(MethodKind::Password).by_subject())
            .await?;
        Ok(InvitationUse::Accepted)
    }
}

/// Why a user can't be removed from all accounts at once. Locks those accounts, so that no other
/// Owner leaves in the meantime.
async fn check_last_owner(
    write: &mut WriteTransaction,
    user: &UserId,
) -> Result<Option<MembershipChange>, PortError> {
    locks::person(write, user).await?;
    locks::owned(write, user).await?;
    owners::last_anywhere(write, user).await
}

async fn insert(write: &mut WriteTransaction, user: &NewUser) -> Result<bool, PortError> {
    const INSERT: &str = "
        INSERT INTO users (id, email, name, name_folded, password_hash, created_at, is_canonical)
        VALUES ($1, $2, $3, $4, $5, $6, 1)
        ON CONFLICT (email) DO NOTHING";
    let insert = query(INSERT)
        .bind(user.id.as_str())
        .bind(user.email.as_str())
        .bind(user.name.as_str())
        .bind(user.name.search_key())
        .bind(user.password.as_ref().map(|hash| hash.expose().to_owned()))
        .bind(user.at.millis());
    // Before the new row, in the order of `create_first_owner`, because the opposite order could
    // deadlock.
    end_set_up(write).await?;
    Ok(write.run(insert).await? == 1)
}

/// Deletes the link of the first start, because a user exists or existed.
async fn end_set_up(write: &mut WriteTransaction) -> Result<(), PortError> {
    const END: &str = "DELETE FROM set_up_link";
    write.run(query(END)).await.map(drop)
}
