//! nginx as a balancer, started for one run.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use testkit::process::free_port;
use tokio::time::sleep;

use crate::machine::process::{MeasuredProcess, family_cpu};

/// How often to check whether nginx listens.
const TRIES: u32 = 200;

/// A running nginx: one address forwards to the first instance only, the other to both.
pub struct Nginx {
    program: PathBuf,
    configuration: PathBuf,
    process: MeasuredProcess,
    /// Forwards to the first instance only.
    pub one: SocketAddr,
    /// Forwards to both instances.
    pub both: SocketAddr,
}

impl Nginx {
    /// Starts nginx before two instances.
    pub async fn start(program: &Path, folder: &Path, instances: [SocketAddr; 2]) -> Result<Self> {
        let folder = folder.canonicalize()?.join("nginx");
        fs::create_dir(&folder)?;
        let (one, both) = (free(), free());
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, text(&folder, instances, one, both))?;
        let log = File::create(folder.join("log"))?;
        let name = program.to_str().context("the name of nginx")?;
        let process = MeasuredProcess::start(None, name, |command| {
            command.arg("-c").arg(&configuration).stderr(log);
        })?;
        let mut nginx = Self {
            program: program.to_owned(),
            configuration,
            process,
            one,
            both,
        };
        nginx.listens().await.with_context(|| {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            format!("nginx does not listen: {log}")
        })?;
        Ok(nginx)
    }

    /// Total CPU time of all its processes.
    pub fn cpu(&self) -> Duration {
        family_cpu(self.process.id())
    }

    async fn listens(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            ensure!(self.process.0.try_wait()?.is_none(), "it has ended");
            if TcpStream::connect(self.both).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("it took too long")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // If nginx were killed, its workers would keep running.
        let stopped = Command::new(&self.program)
            .arg("-c")
            .arg(&self.configuration)
            .args(["-s", "stop"])
            .output();
        if stopped.is_ok_and(|stopped| stopped.status.success()) {
            let _ = self.process.0.wait();
        }
    }
}

/// An address with a free port.
pub fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

/// The configuration. By default nginx does not send a POST to another instance once the first has
/// received it; only a request that an instance did not accept goes to the other one.
fn text(
    folder: &Path,
    [first, second]: [SocketAddr; 2],
    one: SocketAddr,
    both: SocketAddr,
) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
worker_processes 1;
user root;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000;
    proxy_http_version 1.1;
    proxy_set_header KeepAliveConnection \"\";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    add_header x-instance $upstream_addr always;
    upstream one {{
        server {first};
        keepalive 64;
        keepalive_requests 1000000;
    }}
    upstream both {{
        server {first} max_fails=1 fail_timeout=1s;
        server {second} max_fails=1 fail_timeout=1s;
        keepalive 64;
        keepalive_requests 1000000;
    }}
    server {{
        listen {one};
        location / {{ proxy_pass http://one; }}
    }}
    server {{
        listen {both};
        location / {{ proxy_pass http://both; }}
    }}
}}
"
    )
}
