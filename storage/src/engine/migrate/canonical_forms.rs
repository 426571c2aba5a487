//! Converts addresses and names that older versions stored to their canonical form
//! (`domain::{email, search_key}`), and reports those that can't be converted because another row
//! has that form already.

use domain::{
    ids::{AccountId, UserId},
    people::{
        email::Email,
        names::{AccountName, PersonName},
        stored_text::StoredText,
    },
    ports::{Collision, PortError},
};
use sqlx::{Any, Row, Transaction, query};

use crate::{
    Store,
    engine::{rows::Values, statement},
};

/// Returns a row if anything is left to convert.
pub const ANY_LEFT: &str = "SELECT 1 FROM users WHERE is_canonical = 0 UNION ALL SELECT 1 FROM accounts WHERE is_canonical = 0 LIMIT 1";

/// Reads only rows that are not marked as canonical, so that a start with nothing to do reads two
/// empty indexes.
pub async fn bring(write: &mut Transaction<'static, Any>) -> sqlx::Result<()> {
    people(write).await?;
    accounts(write).await
}

async fn people(write: &mut Transaction<'static, Any>) -> sqlx::Result<()> {
    let rows = query("SELECT id, name, name_folded, email FROM users WHERE is_canonical = 0 ORDER BY created_at, id")
        .fetch_all(&mut **write)
        .await?;
    let mut left = Vec::new();
    for row in &rows {
        let (id, name): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let (folded, stored): (&str, &str) = (row.try_get(2)?, row.try_get(3)?);
        let key = PersonName::from_stored(name.to_owned()).search_key();
        if key != folded {
            let fold = query("UPDATE users SET name_folded = $2 WHERE id = $1");
            fold.bind(id.to_owned())
                .bind(key)
                .execute(&mut **write)
                .await?;
        }
        if !brought(write, id, stored).await? {
            left.push(id);
        }
    }
    // Marks all rows in one statement, because most rows of a large table are canonical already.
    query("UPDATE users SET is_canonical = 1 WHERE is_canonical = 0")
        .execute(&mut **write)
        .await?;
    for id in left {
        let stays = query("UPDATE users SET is_canonical = 0 WHERE id = $1");
        stays.bind(id.to_owned()).execute(&mut **write).await?;
    }
    Ok(())
}

/// Whether a user's address is canonical now. False if the address is invalid or another user has
/// the canonical one.
async fn brought(
    write: &mut Transaction<'static, Any>,
    id: &str,
    stored: &str,
) -> sqlx::Result<bool> {
    let Ok(email) = stored.parse::<Email>() else {
        return Ok(false);
    };
    if email.as_str() == stored {
        return Ok(true);
    }
    let bring = "UPDATE users SET email = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email = $2)";
    let bring = query(bring).bind(id.to_owned()).bind(String::from(email));
    Ok(bring.execute(&mut **write).await?.rows_affected() == 1)
}

async fn accounts(write: &mut Transaction<'static, Any>) -> sqlx::Result<()> {
    let rows =
        query("SELECT id, name FROM accounts WHERE is_canonical = 0 ORDER BY created_at, id")
            .fetch_all(&mut **write)
            .await?;
    for row in &rows {
        let (id, name): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let bring = "UPDATE accounts SET name_folded = $2, is_canonical = 1 WHERE id = $1
                     AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.name_folded = $2 AND o.id <> $1)";
        let key = AccountName::from_stored(name.to_owned()).search_key();
        let bring = query(bring).bind(id.to_owned()).bind(key);
        bring.execute(&mut **write).await?;
    }
    Ok(())
}

/// Users whose address is invalid, or whose canonical address belongs to another user.
pub async fn of_people(store: &Store) -> Result<Vec<Collision<UserId>>, PortError> {
    let left = statement::query(
        "SELECT id, email FROM users WHERE is_canonical = 0 ORDER BY created_at, id",
    );
    let mut collisions = Vec::new();
    for row in store.rows(left).await? {
        let stored: Email = row.stored_text("email")?;
        let id: UserId = row.value("id")?;
        let mut held_by = None;
        if let Ok(wanted) = stored.as_str().parse::<Email>() {
            let holder =
                statement::query("SELECT id, email FROM users WHERE email = $1 AND id <> $2");
            let holder = holder.bind(String::from(wanted)).bind(id.as_str());
            // Without a collision, the next start converts the row.
            let Some(holder) = store.row(holder).await? else {
                continue;
            };
            let email: Email = holder.stored_text("email")?;
            held_by = Some((holder.value("id")?, email.into()));
        }
        collisions.push(Collision {
            id,
            text: stored.into(),
            held_by,
        });
    }
    Ok(collisions)
}

/// Accounts whose canonical name belongs to another account.
pub async fn of_accounts(store: &Store) -> Result<Vec<Collision<AccountId>>, PortError> {
    let left = statement::query(
        "SELECT id, name FROM accounts WHERE is_canonical = 0 ORDER BY created_at, id",
    );
    let mut collisions = Vec::new();
    for row in store.rows(left).await? {
        let stored: AccountName = row.stored_text("name")?;
        let id: AccountId = row.value("id")?;
        let holder =
            statement::query("SELECT id, name FROM accounts WHERE name_folded = $1 AND id <> $2");
        let holder = holder.bind(stored.search_key()).bind(id.as_str());
        let Some(holder) = store.row(holder).await? else {
            continue;
        };
        let name: AccountName = holder.stored_text("name")?;
        collisions.push(Collision {
            id,
            text: stored.into(),
            held_by: Some((holder.value("id")?, name.into())),
        });
    }
    Ok(collisions)
}
