//! Arguments that all measurements share.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;

use crate::{runs::scenarios::ClientLoad, sites::twinlock::ServerSetting};

/// Arguments that all measurements share.
#[derive(Args)]
pub struct Common {
    /// The program
    #[arg(long, default_value = "target/release/twinlock")]
    pub binary: String,
    /// Concurrent clients
    #[arg(long, default_value_t = 8)]
    pub clients: usize,
    /// Seconds per run
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Runs of each kind
    #[arg(long, default_value_t = 3)]
    pub runs: usize,
    /// The core that the servers are bound to
    #[arg(long)]
    pub core: Option<usize>,
    /// The document whose tables are replaced
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
}

impl Common {
    /// How a scenario is run.
    pub const fn load(&self) -> ClientLoad {
        ClientLoad {
            clients: self.clients,
            time: Duration::from_secs(self.seconds),
        }
    }

    /// A server whose database is a file in this folder.
    pub fn on_file(&self, folder: &Path) -> ServerSetting {
        let file = folder.join("twinlock.db");
        self.setting(format!("sqlite:{}", file.display()), &folder.join("key"))
    }

    /// A server on this database, with this key file.
    pub fn setting(&self, url: String, key_file: &Path) -> ServerSetting {
        ServerSetting {
            binary: self.binary.clone(),
            url,
            key_file: key_file.display().to_string(),
            core: self.core,
            environment: Vec::new(),
        }
    }
}
