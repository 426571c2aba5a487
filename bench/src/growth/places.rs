//! Where the two databases stand.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{
    machine::postgres::Postgres, runs::arguments::Common, seed::people::House,
    sites::twinlock::Setting,
};

/// A database's place.
pub struct Place {
    /// How a server is started there.
    pub setting: Setting,
    /// Where its log is written.
    pub folder: PathBuf,
}

/// The places of both databases.
pub struct Places {
    /// With few people.
    pub small: Place,
    /// With many.
    pub grown: Place,
}

impl Places {
    /// In files.
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

    /// On a server.
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
    /// Does at once what the engine would do some time after so many new rows, and so in the middle of a measurement.
    pub async fn settle(&self, house: &mut House) -> Result<()> {
        let sql = if self.setting.url.starts_with("sqlite:") {
            "PRAGMA wal_checkpoint(TRUNCATE)"
        } else {
            "VACUUM ANALYZE"
        };
        sqlx::query(sql).execute(&mut house.connection).await?;
        Ok(())
    }
}

fn made(folder: &Path, name: &str) -> Result<PathBuf> {
    let folder = folder.join(name);
    fs::create_dir(&folder)?;
    Ok(folder)
}
