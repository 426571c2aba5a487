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
        const OPEN: &str = "
            INSERT INTO invitations (user_id, token_hash, expires_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (user_id) DO UPDATE
            SET token_hash = excluded.token_hash, expires_at = excluded.expires_at";
        let mut write = self.write().await?;
        let open = query(OPEN)
            .bind(user.as_str())
            .bind(link.as_bytes().as_slice())
            .bind(expires.millis());
        write.run(open).await?;
        write.commit(Event::done(Action::Invitation).of(user)).await
    }

    pub(crate) async fn open_invitation_of(
        &self,
        link: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitedUser>, PortError> {
        const INVITED: &str = "
            SELECT u.email, u.name
            FROM invitations i JOIN users u ON u.id = i.user_id
            WHERE i.token_hash = $1 AND i.expires_at > $2 AND u.disabled = 0";
        let invited = query(INVITED)
            .bind(link.as_bytes().as_slice())
            .bind(now.millis());
        let row = self.row(invited).await?;
        row.map(|row| {
            Ok(InvitedUser {
                email: row.stored_text("email")?,
                name: row.stored_text("name")?,
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
    const HOLDER: &str = "SELECT user_id FROM invitations WHERE token_hash = $1";
    let holder = query(HOLDER).bind(link.as_bytes().as_slice());
    let row = write.row(holder).await?;
    row.map(|row| row.value("user_id")).transpose()
}

/// Takes a valid invitation. Only the call that deletes the row gets it.
pub async fn take(
    write: &mut WriteTransaction,
    link: TokenHash,
    now: Timestamp,
) -> Result<bool, PortError> {
    const TAKE: &str = "DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2";
    let take = query(TAKE).bind(link.as_bytes().as_slice());
    Ok(write.run(take.bind(now.millis())).await? == 1)
}

pub async fn forget(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    const FORGET: &str = "DELETE FROM invitations WHERE user_id = $1";
    let forget = query(FORGET).bind(user.as_str());
    write.run(forget).await.map(drop)
}
