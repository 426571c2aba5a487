//! The locations of the two databases.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{
    machine::postgres::Postgres, runs::arguments::Common, seed::people::SeededSite,
    sites::twinlock::ServerSetting,
};

/// The location of a database.
pub struct GrowthDatabase {
    /// How a server is started on it.
    pub setting: ServerSetting,
    /// The folder of its log.
    pub folder: PathBuf,
}

/// The locations of both databases.
pub struct GrowthDatabases {
    /// The database with few users.
    pub small: GrowthDatabase,
    /// The database with many users.
    pub grown: GrowthDatabase,
}

impl GrowthDatabases {
    /// Both databases in files.
    pub fn on_files(common: &Common, folder: &Path) -> Result<Self> {
        let place = |name| {
            let folder = create_folder(folder, name)?;
            let setting = common.on_file(&folder);
            Ok::<_, anyhow::Error>(GrowthDatabase { setting, folder })
        };
        Ok(Self {
            small: place("small")?,
            grown: place("grown")?,
        })
    }

    /// Both databases on a server.
    pub async fn on_server(common: &Common, server: &Postgres, folder: &Path) -> Result<Self> {
        let place = async |name| {
            let folder = create_folder(folder, &format!("server-{name}"))?;
            let url = server.database(name).await?;
            let setting = common.setting(url, &folder.join("key"));
            Ok::<_, anyhow::Error>(GrowthDatabase { setting, folder })
        };
        Ok(Self {
            small: place("small").await?,
            grown: place("grown").await?,
        })
    }
}

impl GrowthDatabase {
    /// Runs the engine's maintenance now, because after so many inserts it would otherwise start
    /// during a measurement.
    pub async fn settle(&self, seeded: &mut SeededSite) -> Result<()> {
        let sql = if self.setting.url.starts_with("sqlite:") {
            "PRAGMA wal_checkpoint(TRUNCATE)"
        } else {
            "VACUUM ANALYZE"
        };
        sqlx::query(sql).execute(&mut seeded.connection).await?;
        Ok(())
    }
}

fn create_folder(folder: &Path, name: &str) -> Result<PathBuf> {
    let folder = folder.join(name);
    fs::create_dir(&folder)?;
    Ok(folder)
}
