//! Schema migrations. `sqlx` records them in the table `_sqlx_migrations`, with a checksum of each
//! file.

pub(crate) mod canonical_forms;
pub(crate) mod schema_check;
pub(crate) mod tables;

use sqlx::{
    Any, AnyPool, Executor, Row, SqlSafeStr, Transaction,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::engine::{dialect::Engine, error::OpenError};

/// A migration, with its SQL for each engine.
struct MigrationStep {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($number:literal, $name:literal) => {
        MigrationStep {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// Oldest first. A migration never changes once it was applied.
const STEPS: &[MigrationStep] = &[
    step!(1, "0001_first"),
    step!(2, "0002_step_up"),
    step!(3, "0003_sign_in_limits"),
    step!(10, "0010_security_events"),
    step!(11, "0011_keys"),
    step!(20, "0020_heartbeat"),
    step!(30, "0030_sweep"),
    step!(31, "0031_keys_in_use"),
    step!(40, "0040_admission"),
    step!(41, "0041_guess_budgets"),
    step!(42, "0042_reauthentication"),
    step!(43, "0043_clock_hint"),
    step!(44, "0044_canonical_forms"),
    step!(45, "0045_refused_step"),
    step!(46, "0046_servers"),
    step!(47, "0047_several_methods"),
    step!(48, "0048_public_keys"),
    step!(49, "0049_answered_challenges"),
    step!(50, "0050_imported_passwords"),
    step!(51, "0051_applications"),
];

pub fn migrator(engine: Engine) -> Migrator {
    let migration = |step: &MigrationStep| {
        let sql = match engine {
            Engine::Sqlite => step.sqlite,
            Engine::Postgres => step.postgres,
        };
        Migration::new(
            step.number,
            step.name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(STEPS.iter().map(migration).collect())
}

/// Applies missing migrations within `write`, so that two programs that start together don't apply
/// one twice.
pub async fn run(mut write: Transaction<'static, Any>, engine: Engine) -> Result<(), OpenError> {
    if let Some(lock) = engine.migration_lock() {
        write.execute(lock).await.map_err(OpenError::Schema)?;
    }
    // A foreign trigger would fire while the migrations write, so triggers are checked first.
    let is_current = schema_check::refuse_code(&mut write, engine).await?;
    // `Migrator::run` does the same, but its future can't be spawned (its bound on `Acquire` is not
    // general enough).
    migrator(engine)
        .run_direct(None, &mut *write, false)
        .await
        .map_err(refused)?;
    // If the schema was current before, no migration has changed it.
    if !is_current {
        schema_check::refuse_altered(&mut write, engine).await?;
    }
    canonical_forms::bring(&mut write)
        .await
        .map_err(OpenError::Schema)?;
    write.commit().await.map_err(OpenError::Schema)
}

/// The names of the missing migrations.
pub async fn pending(readers: &AnyPool, engine: Engine) -> Result<Vec<&'static str>, OpenError> {
    let applied = applied(readers, engine).await.map_err(OpenError::Schema)?;
    let known = migrator(engine);
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
    Ok(STEPS
        .iter()
        .filter(|step| is_missing(step.number))
        .map(|step| step.name)
        .collect())
}

/// Whether no migration has been applied.
pub async fn is_without_schema(readers: &AnyPool, engine: Engine) -> Result<bool, OpenError> {
    Ok(pending(readers, engine).await?.len() == STEPS.len())
}

async fn applied(readers: &AnyPool, engine: Engine) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    let table = sqlx::query(engine.has_history());
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
    let known = STEPS.last().map_or(0, |step| step.number);
    match error {
        MigrateError::VersionMissing(found) if found > known => OpenError::Newer { found, known },
        MigrateError::VersionMissing(number) | MigrateError::VersionMismatch(number) => {
            OpenError::Foreign(number)
        }
        error => OpenError::Migrate(error),
    }
}
