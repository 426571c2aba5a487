//! The locations of the two databases.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{
    machine::postgres::Postgres, runs::arguments::Common, seed::people::SeededSite,
    sites::twinlock::Setting,
};

/// The location of a database.
pub struct Place {
    /// How a server is started on it.
    pub setting: Setting,
    /// The folder of its log.
    pub folder: PathBuf,
}

/// The locations of both databases.
pub struct Places {
    /// The database with few users.
    pub small: Place,
    /// The database with many users.
    pub grown: Place,
}

impl Places {
    /// Both databases in files.
    pub fn on_files(common: &Common, folder: &Path) -> Result<Self> {
        let place = |name| {
            let folder = made(folder, name)?;
            let setting = common.on_file(&folder);
            Ok::<_, anyhow::Error>(Place { setting, folder })
        };
        Ok(Self {
            small: place("small")?,
            grown: place("grown")?,
        })
    }

    /// Both databases on a server.
    pub async fn on_server(common: &Common, server: &Postgres, folder: &Path) -> Result<Self> {
        let place = async |name| {
            let folder = made(folder, &format!("server-{name}"))?;
            let url = server.database(name).await?;
            let setting = common.setting(url, &folder.join("key"));
            Ok::<_, anyhow::Error>(Place { setting, folder })
        };
        Ok(Self {
            small: place("small").await?,
            grown: place("grown").await?,
        })
    }
}

impl Place {
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

fn made(folder: &Path, name: &str) -> Result<PathBuf> {
    let folder = folder.join(name);
    fs::create_dir(&folder)?;
    Ok(folder)
}
