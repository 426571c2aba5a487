//! Invitation links, through which users choose their first password.

use domain::{
    events::{Action, Event},
    ids::UserId,
    ports::{InvitedUser, PortError},
    time::Timestamp,
    token::TokenHash,
};

use crate::{
    Store,
    engine::{rows::Values, statement::query, transaction::WriteTransaction},
};

impl Store {
    pub(crate) async fn open_invitation(
        &self,
        user: &UserId,
        link: TokenHash,
        expires: Timestamp,
    ) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let open = "INSERT INTO invitations (user_id, token_hash, expires_at) VALUES ($1, $2, $3)
                    ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at";
        write
            .run(
                query(open)
                    .bind(user.as_str())
                    .bind(link.as_bytes().as_slice())
                    .bind(expires.millis()),
            )
            .await?;
        write.commit(Event::done(Action::Invitation).of(user)).await
    }

    pub(crate) async fn open_invitation_of(
        &self,
        link: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitedUser>, PortError> {
        let sql = "SELECT u.email, u.name FROM invitations i JOIN users u ON u.id = i.user_id
                   WHERE i.token_hash = $1 AND i.expires_at > $2 AND u.disabled = 0";
        let row = self
            .row(
                query(sql)
                    .bind(link.as_bytes().as_slice())
                    .bind(now.millis()),
            )
            .await?;
        row.map(|row| {
            Ok(InvitedUser {
                email: row.kept("email")?,
                name: row.kept("name")?,
            })
        })
        .transpose()
    }
}

/// The user of an invitation, valid or expired.
pub async fn holder(
    write: &mut WriteTransaction,
    link: TokenHash,
) -> Result<Option<UserId>, PortError> {
    let row = write
        .row(
            query("SELECT user_id FROM invitations WHERE token_hash = $1")
                .bind(link.as_bytes().as_slice()),
        )
        .await?;
    row.map(|row| row.value("user_id")).transpose()
}

/// Takes a valid invitation. Only the call that deletes the row gets it.
pub async fn take(
    write: &mut WriteTransaction,
    link: TokenHash,
    now: Timestamp,
) -> Result<bool, PortError> {
    let take = query("DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2")
        .bind(link.as_bytes().as_slice());
    Ok(write.run(take.bind(now.millis())).await? == 1)
}

pub async fn forget(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    write
        .run(query("DELETE FROM invitations WHERE user_id = $1").bind(user.as_str()))
        .await
        .map(drop)
}
