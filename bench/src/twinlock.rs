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
    clock::instant,
    connection::{Answer, Connection},
    load::Outcome,
    process::Process,
};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where a server keeps its data, and how it is started.
pub struct Setting {
    /// The program.
    pub binary: String,
    /// The database.
    pub url: String,
    /// Its key file.
    pub key_file: String,
    /// Which core it runs on.
    pub core: Option<usize>,
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
        let log = File::options().create(true).append(true).open(log)?;
        let begin = instant();
        let mut process = Process::start(self.core, &self.binary, |command| {
            command.arg("serve").env("TWINLOCK_LISTEN", "127.0.0.1:0");
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

    fn name_to(&self, command: &mut Command) {
        command
            .env("TWINLOCK_DATABASE_URL", &self.url)
            .env("TWINLOCK_KEY_FILE", &self.key_file);
    }
}

/// A browser at Twinlock.
pub struct Browser {
    connection: Connection,
    /// The session's cookie, `name=value`.
    pub cookie: String,
}

impl Browser {
    /// A browser without a session.
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            connection: Connection::new(address),
            cookie: String::new(),
        }
    }

    /// A browser with a session's token.
    pub fn with_session(address: SocketAddr, token: &str) -> Self {
        Self {
            cookie: format!("twinlock={token}"),
            ..Self::new(address)
        }
    }

    /// Gives the password.
    pub async fn password(&mut self, email: &str, password: &str) -> Result<Answer> {
        self.cookie.clear();
        let body = format!(r#"{{"request":{{"email":"{email}","password":"{password}"}}}}"#);
        self.call("/api/session/sign_in", body).await
    }

    /// Gives a 6-digit code.
    pub async fn code(&mut self, code: &str) -> Result<Answer> {
        let body = format!(r#"{{"request":{{"code":"{code}"}}}}"#);
        self.call("/api/session/verify_code", body).await
    }

    /// Asks who is signed in.
    pub async fn whoami(&mut self) -> Result<Answer> {
        self.call("/api/session/whoami", "{}".to_owned()).await
    }

    async fn call(&mut self, path: &str, body: String) -> Result<Answer> {
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
        let answer = self
            .connection
            .send(Method::POST, path, headers, body)
            .await?;
        let session = answer
            .cookies
            .iter()
            .find(|cookie| cookie.starts_with("twinlock="));
        if let Some(session) = session {
            session.clone_into(&mut self.cookie);
        }
        Ok(answer)
    }
}

/// Right where the body says so: a refusal stands in a body of another shape.
pub fn judged(answer: &Answer, expected: &str) -> Outcome {
    let found = answer
        .body
        .windows(expected.len())
        .any(|part| part == expected.as_bytes());
    if answer.status == 200 && found {
        Outcome::Right
    } else {
        Outcome::Refused(answer.status)
    }
}
