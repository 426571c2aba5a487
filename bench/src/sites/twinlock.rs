//! Twinlock as it is shipped: started on a core of its own, and asked as a browser asks it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
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

use crate::{
    client::{
        clock::instant,
        connection::{Answer, Connection},
        load::Outcome,
    },
    machine::{cpu::Cpu, process::Process},
    results::figures::{Spread, millis},
    seed::people::House,
    sites::{Browser, Guest, PASSWORD, Site, Stage},
};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What a complete sign-in answers.
pub const FULL: &str = r#""standing":"full""#;

/// Where a server keeps its data, and how it is started.
#[derive(Clone)]
pub struct Setting {
    /// The program.
    pub binary: String,
    /// The database.
    pub url: String,
    /// Its key file.
    pub key_file: String,
    /// Which core it runs on.
    pub core: Option<usize>,
    /// What else is set.
    pub environment: Vec<(&'static str, String)>,
}

/// A running Twinlock.
pub struct Twinlock {
    /// Its process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to the first answer.
    pub cold_start: Duration,
}

impl Setting {
    /// Makes the schema and the key; a server's key file is never made by the way.
    pub fn prepare(&self) -> Result<()> {
        if !self.url.starts_with("sqlite:") {
            self.command(&["key", "new"])?;
        }
        self.command(&["migrate"])
    }

    /// Runs one command of the program to its end.
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

    /// Starts the server and waits for its first answer.
    pub async fn start(&self, log: &Path) -> Result<Twinlock> {
        self.start_at(SocketAddr::from(([127, 0, 0, 1], 0)), log)
            .await
    }

    /// The same at an address of its own choice.
    pub async fn start_at(&self, address: SocketAddr, log: &Path) -> Result<Twinlock> {
        let log = File::options().create(true).append(true).open(log)?;
        let begin = instant();
        let mut process = Process::start(self.core, &self.binary, |command| {
            command
                .arg("serve")
                .env("TWINLOCK_LISTEN", address.to_string())
                // The usual port: cookies are called alike whatever port is free.
                .env("TWINLOCK_PUBLIC_URL", "http://127.0.0.1");
            command.envs(self.environment.clone());
            self.name_to(command.stdout(Stdio::piped()).stderr(log));
        })?;
        let out = process.0.stdout.take().context("standard output")?;
        let address = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on http://")?.parse().ok());
        let address = address.context("the server ended before it listened; its log says why")?;
        let answer = Connection::new(address)
            .send(Method::GET, "/livez", &[], String::new())
            .await?;
        ensure!(answer.status == 200, "/livez: {}", answer.status);
        Ok(Twinlock {
            process,
            address,
            cold_start: begin.elapsed(),
        })
    }

    /// Starts the server for the people of its database.
    pub async fn occupied(&self, house: House, folder: &Path) -> Result<Occupied> {
        let twinlock = self.start(&folder.join("log")).await?;
        Ok(Occupied { twinlock, house })
    }

    /// Five starts, each after the end of the one before, in milliseconds.
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

/// A running Twinlock and the people in its database.
pub struct Occupied {
    /// The program.
    pub twinlock: Twinlock,
    /// Its people.
    pub house: House,
}

impl Site for Occupied {
    type Browser = Visitor;

    fn cpu(&self) -> Cpu {
        Cpu::with(self.twinlock.process.cpu())
    }

    fn memory(&self) -> f64 {
        self.twinlock.process.memory()
    }

    fn browser(&self) -> Visitor {
        Visitor::new(self.twinlock.address)
    }

    async fn guests(&mut self, stage: Stage) -> Result<Vec<Guest>> {
        self.house.guests(stage).await
    }
}

/// A browser at Twinlock.
pub struct Visitor {
    connection: Connection,
    cookie: String,
}

impl Visitor {
    /// A browser without a session.
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            connection: Connection::new(address),
            cookie: String::new(),
        }
    }

    /// Gives a 6-digit code.
    pub async fn verify(&mut self, code: &str) -> Result<Answer> {
        let body = format!(r#"{{"request":{{"code":"{code}"}}}}"#);
        self.call("/api/session/verify_code", body).await
    }

    /// Its session.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Calls a server function. The session that it answers with is the browser's own from then on.
    pub async fn call(&mut self, path: &str, body: String) -> Result<Answer> {
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

impl Browser for Visitor {
    fn sit_down(&mut self, guest: &Guest) {
        self.cookie.clone_from(&guest.cookies);
    }

    async fn password(&mut self, email: &str) -> Result<Outcome> {
        let body = format!(r#"{{"request":{{"email":"{email}","password":"{PASSWORD}"}}}}"#);
        let answer = self.call("/api/session/sign_in", body).await?;
        Ok(answer.judged(r#""standing":"half_signed_in""#))
    }

    async fn code(&mut self, code: &str) -> Result<Outcome> {
        Ok(self.verify(code).await?.judged(FULL))
    }

    async fn wrong_code(&mut self, code: &str) -> Result<Outcome> {
        Ok(match self.verify(code).await?.status {
            400 | 401 | 422 => Outcome::Right,
            status => Outcome::Refused(status),
        })
    }

    async fn read(&mut self) -> Result<Outcome> {
        let answer = self.call("/api/session/whoami", "{}".to_owned()).await?;
        Ok(answer.judged(FULL))
    }
}
