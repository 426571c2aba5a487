//! better-auth with its plugin for a second factor, on the same machine with equal resources
//! (`suites/bench/peers/better-auth`).

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    vec,
};

use anyhow::{Context, Result, ensure};
use hyper::{
    Method,
    header::{CONTENT_TYPE, COOKIE, HeaderName, ORIGIN},
};
use testkit::{authenticator::Authenticator, process::free_port};

use crate::{
    client::{
        connection::{Answer, Connection},
        load::Outcome,
    },
    machine::{cpu::Cpu, process::Process},
    sites::{Browser, Guest, PASSWORD, Site, Stage},
};

/// Users in the database; each is used only once.
const PEOPLE: usize = 9000;
/// Users who give their password before a run of codes. Each costs the server a hash.
const PENDING: usize = 600;
/// Users available in a run of full sign-ins.
const STRANGERS: usize = 1000;

/// A running better-auth.
pub struct BetterAuth {
    process: Process,
    address: SocketAddr,
    people: vec::IntoIter<Guest>,
}

impl BetterAuth {
    /// Seeds the users and starts the server. `folder` holds the scripts and their packages, `data`
    /// the database.
    pub fn start(folder: &Path, data: &Path, core: Option<usize>) -> Result<Self> {
        let port = free_port();
        let folder = folder.canonicalize()?;
        let database = data.canonicalize()?.join("better-auth.db");
        let set = |command: &mut Command| {
            command
                .current_dir(&folder)
                .env("PORT", port.to_string())
                .env("DATABASE", &database)
                .env("NODE_ENV", "production");
        };
        let people = seeded(set)?;
        let mut process = Process::start(core, "node", |command| {
            set(command);
            command.arg("server.mjs").stdout(Stdio::piped());
        })?;
        let out = process.0.stdout.take().context("standard output")?;
        let line = BufReader::new(out).lines().next().transpose()?;
        ensure!(
            line.as_deref() == Some("Listening"),
            "better-auth: {line:?}"
        );
        Ok(Self {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            people: people.into_iter(),
        })
    }

    fn some(&mut self, count: usize) -> Vec<Guest> {
        self.people.by_ref().take(count).collect()
    }
}

fn seeded(set: impl FnOnce(&mut Command)) -> Result<Vec<Guest>> {
    let mut command = Command::new("node");
    set(&mut command);
    let done = command
        .args(["seed.mjs", &PEOPLE.to_string(), PASSWORD])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(done.status.success(), "seeding better-auth failed");
    let lines = String::from_utf8(done.stdout)?;
    let guests = lines.lines().filter_map(|line| {
        let (email, secret) = line.split_once(' ')?;
        Some(Guest {
            email: email.to_owned(),
            authenticator: Authenticator::with_key(secret.as_bytes().to_vec()),
            cookies: String::new(),
        })
    });
    Ok(guests.collect())
}

impl Site for BetterAuth {
    type Browser = Visitor;

    fn cpu(&self) -> Cpu {
        Cpu::with(self.process.cpu())
    }

    fn memory(&self) -> f64 {
        self.process.memory()
    }

    fn browser(&self) -> Visitor {
        Visitor {
            connection: Connection::new(self.address),
            origin: format!("http://{}", self.address),
            cookies: Vec::new(),
        }
    }

    async fn guests(&mut self, stage: Stage) -> Result<Vec<Guest>> {
        let mut guests = self.some(match stage {
            Stage::Strangers => return Ok(self.some(STRANGERS)),
            Stage::HalfSignedIn => PENDING,
            Stage::SignedIn(count) => count,
        });
        let mut browser = self.browser();
        for guest in &mut guests {
            browser.sit_down(guest);
            let mut done = browser.password(&guest.email).await?;
            if matches!((stage, &done), (Stage::SignedIn(_), Outcome::Right)) {
                done = browser.code(&guest.code()).await?;
            }
            ensure!(
                matches!(done, Outcome::Right),
                "better-auth refused a guest"
            );
            guest.cookies = browser.cookies();
        }
        Ok(guests)
    }
}

/// A browser for better-auth.
pub struct Visitor {
    connection: Connection,
    origin: String,
    cookies: Vec<String>,
}

impl Visitor {
    fn cookies(&self) -> String {
        self.cookies.join("; ")
    }

    async fn call(&mut self, method: Method, path: &str, body: String) -> Result<Answer> {
        let cookies = self.cookies();
        let mut headers: Vec<(HeaderName, &str)> =
            vec![(CONTENT_TYPE, "application/json"), (ORIGIN, &self.origin)];
        if !cookies.is_empty() {
            headers.push((COOKIE, &cookies));
        }
        let answer = self.connection.send(method, path, &headers, body).await?;
        for new in &answer.cookies {
            let name = new.split('=').next().unwrap_or_default();
            self.cookies
                .retain(|old| old.split('=').next() != Some(name));
            self.cookies.push(new.clone());
        }
        Ok(answer)
    }
}

impl Browser for Visitor {
    fn sit_down(&mut self, guest: &Guest) {
        let cookies = guest
            .cookies
            .split("; ")
            .filter(|cookie| !cookie.is_empty());
        self.cookies = cookies.map(str::to_owned).collect();
    }

    async fn password(&mut self, email: &str) -> Result<Outcome> {
        let body = format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#);
        let path = "/api/auth/sign-in/email";
        let answer = self.call(Method::POST, path, body).await?;
        Ok(answer.judged("twoFactorRedirect"))
    }

    async fn code(&mut self, code: &str) -> Result<Outcome> {
        let body = format!(r#"{{"code":"{code}"}}"#);
        let path = "/api/auth/two-factor/verify-totp";
        let answer = self.call(Method::POST, path, body).await?;
        Ok(answer.judged(r#""token""#))
    }

    async fn wrong_code(&mut self, code: &str) -> Result<Outcome> {
        Ok(match self.code(code).await? {
            Outcome::Refused(401) => Outcome::Right,
            Outcome::Right => Outcome::Refused(200),
            other => other,
        })
    }

    async fn read(&mut self) -> Result<Outcome> {
        let path = "/api/auth/get-session";
        let answer = self.call(Method::GET, path, String::new()).await?;
        Ok(answer.judged("@example.com"))
    }
}
