//! Twinlock as shipped: started on a core of its own, with requests like a browser's.

use std::{
    fs::File,
    io::BufReader,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use hyper::{
    Method,
    header::{CONTENT_TYPE, COOKIE, HeaderName},
};
use testkit::{people::PASSWORD, process::listening};

use crate::{
    client::{
        clock::instant,
        connection::{KeepAliveConnection, MeasuredAnswer},
        load::RequestOutcome,
    },
    machine::{cpu::Cpu, process::MeasuredProcess},
    results::figures::{Spread, millis},
    seed::people::SeededSite,
    sites::{Guest, MeasuredSite, SignInClient, SignInStage},
};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The server's public URL. Its host has a name, because passkeys need one. It has no port, so that
/// the cookie names do not depend on which port is free.
pub const PUBLIC_URL: &str = "http://localhost";
/// Part of the response to a complete sign-in.
pub const FULL: &str = r#""standing":"full""#;

/// A server's database and start parameters.
#[derive(Clone)]
pub struct ServerSetting {
    /// The program's path.
    pub binary: String,
    /// The database URL.
    pub url: String,
    /// The key file.
    pub key_file: String,
    /// The core that the server is bound to.
    pub core: Option<usize>,
    /// Additional environment variables.
    pub environment: Vec<(&'static str, String)>,
}

/// A running Twinlock.
pub struct Twinlock {
    /// The process.
    pub process: MeasuredProcess,
    /// The address on which the server listens.
    pub address: SocketAddr,
    /// The time from the start to the first response.
    pub cold_start: Duration,
}

impl ServerSetting {
    /// Creates the schema and the key; for a database server, the key file must be created
    /// explicitly.
    pub fn prepare(&self) -> Result<()> {
        if !self.url.starts_with("sqlite:") {
            self.command(&["key", "new"])?;
        }
        self.command(&["migrate"])
    }

    /// Runs one command of the program.
    pub fn command(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.binary);
        self.name_to(command.args(arguments));
        let done = command.output().context("running a command")?;
        ensure!(
            done.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(())
    }

    /// Starts the server and waits for its first response.
    pub async fn start(&self, log: &Path) -> Result<Twinlock> {
        self.start_at(SocketAddr::from(([127, 0, 0, 1], 0)), log)
            .await
    }

    /// Like [`Self::start`], but at a given address.
    pub async fn start_at(&self, address: SocketAddr, log: &Path) -> Result<Twinlock> {
        let log = File::options().create(true).append(true).open(log)?;
        let begin = instant();
        let mut process = MeasuredProcess::start(self.core, &self.binary, |command| {
            command
                .arg("serve")
                .env("TWINLOCK_LISTEN", address.to_string())
                .env("TWINLOCK_PUBLIC_URL", PUBLIC_URL);
            command.envs(self.environment.clone());
            self.name_to(command.stdout(Stdio::piped()).stderr(log));
        })?;
        let out = process.0.stdout.take().context("standard output")?;
        let address = listening(&mut BufReader::new(out), &mut String::new())
            .context("the server ended before it listened; its log says why")?;
        let answer = KeepAliveConnection::new(address)
            .send(Method::GET, "/livez", &[], String::new())
            .await?;
        ensure!(answer.status == 200, "/livez: {}", answer.status);
        Ok(Twinlock {
            process,
            address,
            cold_start: begin.elapsed(),
        })
    }

    /// Starts the server for the users of its database.
    pub async fn start_occupied(&self, seeded: SeededSite, folder: &Path) -> Result<OccupiedSite> {
        let twinlock = self.start(&folder.join("log")).await?;
        Ok(OccupiedSite { twinlock, seeded })
    }

    /// The times of five consecutive starts, in milliseconds.
    pub async fn cold_starts(&self, folder: &Path) -> Result<Spread> {
        let mut starts = Vec::new();
        for _ in 0..5 {
            let twinlock = self.start(&folder.join("log")).await?;
            starts.push(millis(twinlock.cold_start));
        }
        Ok(Spread::of(starts))
    }

    fn name_to(&self, command: &mut Command) {
        command
            .env("TWINLOCK_DATABASE_URL", &self.url)
            .env("TWINLOCK_KEY_FILE", &self.key_file);
    }
}

/// A running Twinlock and the users in its database.
pub struct OccupiedSite {
    /// The running program.
    pub twinlock: Twinlock,
    /// The users.
    pub seeded: SeededSite,
}

impl MeasuredSite for OccupiedSite {
    type Client = TwinlockClient;

    fn cpu(&self) -> Cpu {
        Cpu::with(self.twinlock.process.cpu())
    }

    fn memory(&self) -> f64 {
        self.twinlock.process.memory()
    }

    fn browser(&self) -> TwinlockClient {
        TwinlockClient::new(self.twinlock.address)
    }

    async fn guests(&mut self, stage: SignInStage) -> Result<Vec<Guest>> {
        self.seeded.guests(stage).await
    }
}

/// A browser for Twinlock.
pub struct TwinlockClient {
    connection: KeepAliveConnection,
    cookie: String,
}

impl TwinlockClient {
    /// A browser without a session.
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            connection: KeepAliveConnection::new(address),
            cookie: String::new(),
        }
    }

    /// Sends a 6-digit code.
    pub async fn verify(&mut self, code: &str) -> Result<MeasuredAnswer> {
        let body = format!(r#"{{"request":{{"code":"{code}"}}}}"#);
        self.call("/api/session/verify_code", body).await
    }

    /// Asks for a challenge for the user's passkeys.
    pub async fn key_challenge(&mut self) -> Result<MeasuredAnswer> {
        self.call("/api/session/key_challenge", "{}".to_owned())
            .await
    }

    /// Sends a passkey's answer, as the body of the request.
    pub async fn verify_key(&mut self, body: String) -> Result<MeasuredAnswer> {
        self.call("/api/session/verify_key", body).await
    }

    /// The session cookie.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Calls a server function. If the response sets a session cookie, the browser keeps it.
    pub async fn call(&mut self, path: &str, body: String) -> Result<MeasuredAnswer> {
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (SITE, "same-origin"),
            (COOKIE, self.cookie.as_str()),
        ];
        let headers = if self.cookie.is_empty() {
            &headers[..2]
        } else {
            &headers[..]
        };
        let answer = self.connection.send(Method::POST, path, headers, body);
        let answer = answer.await?;
        let mut cookies = answer.cookies.iter();
        if let Some(session) = cookies.find(|cookie| cookie.starts_with("twinlock=")) {
            session.clone_into(&mut self.cookie);
        }
        Ok(answer)
    }
}

impl SignInClient for TwinlockClient {
    fn act_as(&mut self, guest: &Guest) {
        self.cookie.clone_from(&guest.cookies);
    }

    async fn password(&mut self, email: &str) -> Result<RequestOutcome> {
        let body = format!(r#"{{"request":{{"email":"{email}","password":"{PASSWORD}"}}}}"#);
        let answer = self.call("/api/session/sign_in", body).await?;
        Ok(answer.outcome(r#""standing":"half_signed_in""#))
    }

    async fn code(&mut self, code: &str) -> Result<RequestOutcome> {
        Ok(self.verify(code).await?.outcome(FULL))
    }

    async fn wrong_code(&mut self, code: &str) -> Result<RequestOutcome> {
        Ok(match self.verify(code).await?.status {
            400 | 401 | 422 => RequestOutcome::Right,
            status => RequestOutcome::Refused(status),
        })
    }

    async fn read(&mut self) -> Result<RequestOutcome> {
        let answer = self.call("/api/session/whoami", "{}".to_owned()).await?;
        Ok(answer.outcome(FULL))
    }
}
