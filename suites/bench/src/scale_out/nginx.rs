//! nginx as a balancer, started for one run.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::Result;

use crate::machine::nginx::{NginxProcess, free_address};

/// A running nginx: one address forwards to the first instance only, the other to both.
pub struct Nginx {
    process: NginxProcess,
    /// Forwards to the first instance only.
    pub one: SocketAddr,
    /// Forwards to both instances.
    pub both: SocketAddr,
}

impl Nginx {
    /// Starts nginx before two instances.
    pub async fn start(program: &Path, folder: &Path, instances: [SocketAddr; 2]) -> Result<Self> {
        let (one, both) = (free_address(), free_address());
        let process = NginxProcess::start(program, folder, both, |folder| {
            text(folder, instances, one, both)
        });
        Ok(Self {
            process: process.await?,
            one,
            both,
        })
    }

    /// Total CPU time of all its processes.
    pub fn cpu(&self) -> Duration {
        self.process.cpu()
    }
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
    proxy_set_header Connection \"\";
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
