//! nginx before an application, with and without the check.

use std::{fs, net::SocketAddr, path::Path, time::Duration};

use anyhow::Result;

use super::browser::ORIGIN;
use crate::machine::nginx::{NginxProcess, free_address};

/// A running nginx that answers `/` after it has asked Twinlock, and `/open` without asking.
pub struct GuardedNginx {
    process: NginxProcess,
    /// Where it listens.
    pub address: SocketAddr,
}

impl GuardedNginx {
    /// Starts nginx before a server.
    pub async fn start(program: &Path, folder: &Path, server: SocketAddr) -> Result<Self> {
        let address = free_address();
        fs::write(
            folder.join("page.html"),
            "<!DOCTYPE html><title>Page</title>",
        )?;
        let root = folder.canonicalize()?;
        let process = NginxProcess::start(program, folder, address, |folder| {
            text(folder, &root, server, address)
        });
        Ok(Self {
            process: process.await?,
            address,
        })
    }

    /// Total CPU time of all its processes.
    pub fn cpu(&self) -> Duration {
        self.process.cpu()
    }
}

/// The page is nginx's own, so that the measured difference is the check alone.
fn text(folder: &Path, root: &Path, server: SocketAddr, address: SocketAddr) -> String {
    let (folder, root) = (folder.display(), root.display());
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
    upstream twinlock {{
        server {server};
        keepalive 64;
        keepalive_requests 1000000;
    }}
    server {{
        listen {address};
        root {root};
        location / {{
            auth_request /door/auth;
            try_files /page.html =404;
        }}
        location = /open {{ try_files /page.html =404; }}
        location = /door/auth {{
            internal;
            proxy_pass http://twinlock/door/auth-request;
            proxy_http_version 1.1;
            proxy_pass_request_body off;
            proxy_set_header Connection \"\";
            proxy_set_header Content-Length \"\";
            proxy_set_header X-Original-URL {ORIGIN}$request_uri;
            proxy_set_header X-Original-Method $request_method;
        }}
    }}
}}
"
    )
}
