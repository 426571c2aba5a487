//! The schema's history. `sqlx` keeps it in the table `_sqlx_migrations`, with a checksum of each file.

use domain::names::PersonName;
use sqlx::{
    Any, AnyPool, Row, SqlSafeStr, Transaction,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::error::OpenError;

/// Number, name and text of each migration, oldest first. Applied ones never change.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "0001_first",
        include_str!("../migrations/sqlite/0001_first.sql"),
    ),
    (
        2,
        "0002_step_up",
        include_str!("../migrations/sqlite/0002_step_up.sql"),
    ),
    (
        3,
        "0003_sign_in_limits",
        include_str!("../migrations/sqlite/0003_sign_in_limits.sql"),
    ),
    (
        10,
        "0010_security_events",
        include_str!("../migrations/sqlite/0010_security_events.sql"),
    ),
    (
        11,
        "0011_keys",
        include_str!("../migrations/sqlite/0011_keys.sql"),
    ),
];

fn migrator() -> Migrator {
    let migration = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(
            number,
            name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect())
}

/// Applies what is missing within `write`, so that two programs that start at once don't apply it twice.
pub async fn run(mut write: Transaction<'static, Any>) -> Result<(), OpenError> {
    // `Migrator::run` does the same, but its future can't be spawned (its bound on `Acquire` is not general enough).
    migrator()
        .run_direct(None, &mut *write, false)
        .await
        .map_err(refused)?;
    fold_names(&mut write).await.map_err(OpenError::Schema)?;
    write.commit().await.map_err(OpenError::Schema)
}

/// Folds the names that have no folded form: those from before the column was there, and those that a version which does not know it
/// writes beside this one.
async fn fold_names(write: &mut Transaction<'static, Any>) -> sqlx::Result<()> {
    let users = sqlx::query("SELECT id, name FROM users WHERE name_folded = ''")
        .fetch_all(&mut **write)
        .await?;
    for user in users {
        let (id, name): (String, String) = (user.try_get(0)?, user.try_get(1)?);
        // What is no name is damage, which whoever reads it reports.
        if let Ok(name) = name.parse::<PersonName>() {
            sqlx::query("UPDATE users SET name_folded = $2 WHERE id = $1")
                .bind(id)
                .bind(name.folded())
                .execute(&mut **write)
                .await?;
        }
    }
    Ok(())
}

/// The names of what is missing.
pub async fn pending(readers: &AnyPool) -> Result<Vec<&'static str>, OpenError> {
    let applied = applied(readers).await.map_err(OpenError::Schema)?;
    let known = migrator();
    for (number, checksum) in &applied {
        match known.iter().find(|migration| migration.version == *number) {
            None => return Err(refused(MigrateError::VersionMissing(*number))),
            Some(migration) if *migration.checksum != **checksum => {
                return Err(OpenError::Foreign(*number));
            }
            Some(_) => {}
        }
    }
    let is_missing = |number| applied.iter().all(|(applied, _)| *applied != number);
    Ok(MIGRATIONS
        .iter()
        .filter(|&&(number, ..)| is_missing(number))
        .map(|&(_, name, _)| name)
        .collect())
}

async fn applied(readers: &AnyPool) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    let table = sqlx::query(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
    );
    if table.fetch_optional(readers).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
        .fetch_all(readers)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

fn refused(error: MigrateError) -> OpenError {
    let known = MIGRATIONS.last().map_or(0, |&(number, ..)| number);
    match error {
        MigrateError::VersionMissing(found) if found > known => OpenError::Newer { found, known },
        MigrateError::VersionMissing(number) | MigrateError::VersionMismatch(number) => {
            OpenError::Foreign(number)
        }
        error => OpenError::Migrate(error),
    }
}
