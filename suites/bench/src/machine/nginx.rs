//! A running nginx.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use testkit::process::free_port;
use tokio::time::sleep;

use crate::machine::process::{MeasuredProcess, family_cpu};

/// How often to check whether nginx listens.
const TRIES: u32 = 200;

/// A running nginx with a configuration of its own, stopped when it is dropped.
pub struct NginxProcess {
    program: PathBuf,
    configuration: PathBuf,
    process: MeasuredProcess,
}

impl NginxProcess {
    /// Starts nginx with the text that `configure` makes for its folder, and waits until it listens
    /// at this address.
    pub async fn start(
        program: &Path,
        folder: &Path,
        address: SocketAddr,
        configure: impl FnOnce(&Path) -> String,
    ) -> Result<Self> {
        let folder = folder.canonicalize()?.join("nginx");
        fs::create_dir(&folder)?;
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, configure(&folder))?;
        let log = File::create(folder.join("log"))?;
        let name = program.to_str().context("the name of nginx")?;
        let process = MeasuredProcess::start(None, name, |command| {
            command.arg("-c").arg(&configuration).stderr(log);
        })?;
        let mut nginx = Self {
            program: program.to_owned(),
            configuration,
            process,
        };
        nginx.listens(address).await.with_context(|| {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            format!("nginx does not listen: {log}")
        })?;
        Ok(nginx)
    }

    /// Total CPU time of all its processes.
    pub fn cpu(&self) -> Duration {
        family_cpu(self.process.id())
    }

    async fn listens(&mut self, address: SocketAddr) -> Result<()> {
        for _ in 0..TRIES {
            ensure!(self.process.0.try_wait()?.is_none(), "it has ended");
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        bail!("it took too long")
    }
}

impl Drop for NginxProcess {
    fn drop(&mut self) {
        // If nginx were killed, its workers would keep running.
        let stopped = Command::new(&self.program)
            .arg("-c")
            .arg(&self.configuration)
            .args(["-s", "stop"])
            .output();
        if stopped.is_ok_and(|stopped| stopped.status.success()) {
            let _ended = self.process.0.wait();
        }
    }
}

/// An address of this machine that is free.
pub fn free_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}
