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
use testkit::{authenticator::Authenticator, people::PASSWORD, process::free_port};

use crate::{
    client::{
        connection::{KeepAliveConnection, MeasuredAnswer},
        load::RequestOutcome,
    },
    machine::{cpu::Cpu, process::MeasuredProcess},
    sites::{Guest, MeasuredSite, SignInClient, SignInStage},
};

/// Users in the database; each is used only once.
const PEOPLE: usize = 9000;
/// Users who give their password before a run of codes. Each costs the server a hash.
const PENDING: usize = 600;
/// Users available in a run of full sign-ins.
const STRANGERS: usize = 1000;

/// A running better-auth.
pub struct BetterAuth {
    process: MeasuredProcess,
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
        let people = seed_people(set)?;
        let mut process = MeasuredProcess::start(core, "node", |command| {
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

fn seed_people(set: impl FnOnce(&mut Command)) -> Result<Vec<Guest>> {
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

impl MeasuredSite for BetterAuth {
    type Client = BetterAuthClient;

    fn cpu(&self) -> Cpu {
        Cpu::with(self.process.cpu())
    }

    fn memory(&self) -> f64 {
        self.process.memory()
    }

    fn browser(&self) -> BetterAuthClient {
        BetterAuthClient {
            connection: KeepAliveConnection::new(self.address),
            origin: format!("http://{}", self.address),
            cookies: Vec::new(),
        }
    }

    async fn guests(&mut self, stage: SignInStage) -> Result<Vec<Guest>> {
        let mut guests = self.some(match stage {
            SignInStage::Strangers => return Ok(self.some(STRANGERS)),
            SignInStage::HalfSignedIn => PENDING,
            SignInStage::SignedIn(count) => count,
        });
        let mut browser = self.browser();
        for guest in &mut guests {
            browser.act_as(guest);
            let mut done = browser.password(&guest.email).await?;
            if matches!(
                (stage, &done),
                (SignInStage::SignedIn(_), RequestOutcome::Right)
            ) {
                done = browser.code(&guest.code()).await?;
            }
            ensure!(
                matches!(done, RequestOutcome::Right),
                "better-auth refused a guest"
            );
            guest.cookies = browser.cookies();
        }
        Ok(guests)
    }
}

/// A browser for better-auth.
pub struct BetterAuthClient {
    connection: KeepAliveConnection,
    origin: String,
    cookies: Vec<String>,
}

impl BetterAuthClient {
    fn cookies(&self) -> String {
        self.cookies.join("; ")
    }

    async fn call(&mut self, method: Method, path: &str, body: String) -> Result<MeasuredAnswer> {
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

impl SignInClient for BetterAuthClient {
    fn act_as(&mut self, guest: &Guest) {
        let cookies = guest
            .cookies
            .split("; ")
            .filter(|cookie| !cookie.is_empty());
        self.cookies = cookies.map(str::to_owned).collect();
    }

    async fn password(&mut self, email: &str) -> Result<RequestOutcome> {
        let body = format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#);
        let path = "/api/auth/sign-in/email";
        let answer = self.call(Method::POST, path, body).await?;
        Ok(answer.outcome("twoFactorRedirect"))
    }

    async fn code(&mut self, code: &str) -> Result<RequestOutcome> {
        let body = format!(r#"{{"code":"{code}"}}"#);
        let path = "/api/auth/two-factor/verify-totp";
        let answer = self.call(Method::POST, path, body).await?;
        Ok(answer.outcome(r#""token""#))
    }

    async fn wrong_code(&mut self, code: &str) -> Result<RequestOutcome> {
        Ok(match self.code(code).await? {
            RequestOutcome::Refused(401) => RequestOutcome::Right,
            RequestOutcome::Right => RequestOutcome::Refused(200),
            other => other,
        })
    }

    async fn read(&mut self) -> Result<RequestOutcome> {
        let path = "/api/auth/get-session";
        let answer = self.call(Method::GET, path, String::new()).await?;
        Ok(answer.outcome("@example.com"))
    }
}
