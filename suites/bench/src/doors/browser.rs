//! A browser that is in an application, and the proxy that asks for it.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use hyper::{
    Method,
    header::{ACCEPT, COOKIE, HeaderName},
};

use crate::client::{
    connection::{KeepAliveConnection, MeasuredAnswer},
    load::RequestOutcome,
};

/// The application's origin.
pub const ORIGIN: &str = "https://app.localhost";

const HOST: &str = "app.localhost";
const FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The session cookie as a server with TLS names it.
pub fn over_tls(cookies: &str) -> String {
    format!("__Host-{cookies}")
}

/// A browser with a session in the application.
pub struct ApplicationBrowser {
    connection: KeepAliveConnection,
    cookie: String,
}

impl ApplicationBrowser {
    /// Opens the application with a session of Twinlock: the redirect to the portal, the code, and
    /// the application's own cookie.
    pub async fn enter(server: SocketAddr, session: &str) -> Result<Self> {
        let mut browser = Self {
            connection: KeepAliveConnection::new(server),
            cookie: String::new(),
        };
        let sent_away = browser.forward("/", FETCH_MODE, "navigate").await?;
        ensure!(sent_away.status == 302, "asked: {}", sent_away.status);
        let nonce = cookie_of(&sent_away)?;
        let portal = location_of(&sent_away)?;
        let path = portal
            .strip_prefix("https://localhost")
            .context("the portal")?;
        let headers = [
            (COOKIE, session),
            (FETCH_MODE, "navigate"),
            (FETCH_DEST, "document"),
        ];
        let connection = &mut browser.connection;
        let drawn = connection.send(Method::GET, path, &headers, String::new());
        let drawn = drawn.await?;
        ensure!(drawn.status == 303, "a code: {}", drawn.status);
        let opened = location_of(&drawn)?;
        let path = opened.strip_prefix(ORIGIN).context("the application")?;
        browser.cookie = nonce;
        let taken = browser.forward(path, FETCH_MODE, "navigate").await?;
        ensure!(taken.status == 302, "the code is taken: {}", taken.status);
        browser.cookie = cookie_of(&taken)?;
        Ok(browser)
    }

    /// A browser with the same cookie at another address.
    pub fn through(&self, proxy: SocketAddr) -> Self {
        Self {
            connection: KeepAliveConnection::new(proxy),
            cookie: self.cookie.clone(),
        }
    }

    /// Asks the verifier as a proxy does for a request of the page's script.
    pub async fn verify(&mut self) -> Result<RequestOutcome> {
        let answer = self.forward("/data", FETCH_MODE, "cors").await?;
        Ok(outcome(&answer))
    }

    /// Opens a page at the proxy.
    pub async fn open(&mut self, path: &str) -> Result<RequestOutcome> {
        let headers = [(COOKIE, self.cookie.as_str()), (ACCEPT, "*/*")];
        let answer = self
            .connection
            .send(Method::GET, path, &headers, String::new())
            .await?;
        Ok(outcome(&answer))
    }

    async fn forward(
        &mut self,
        uri: &str,
        name: HeaderName,
        value: &str,
    ) -> Result<MeasuredAnswer> {
        let headers = [
            (FORWARDED_METHOD, "GET"),
            (FORWARDED_PROTO, "https"),
            (FORWARDED_HOST, HOST),
            (FORWARDED_URI, uri),
            (name, value),
            (COOKIE, self.cookie.as_str()),
        ];
        let headers = if self.cookie.is_empty() {
            &headers[..5]
        } else {
            &headers[..]
        };
        let path = "/door/forward-auth";
        self.connection
            .send(Method::GET, path, headers, String::new())
            .await
    }
}

fn outcome(answer: &MeasuredAnswer) -> RequestOutcome {
    match answer.status {
        200 => RequestOutcome::Right,
        status => RequestOutcome::Refused(status),
    }
}

/// The cookie that an answer sets with a value.
fn cookie_of(answer: &MeasuredAnswer) -> Result<String> {
    let mut set = answer.cookies.iter();
    let cookie = set.find(|cookie| !cookie.ends_with('='));
    cookie.cloned().context("the answer sets no cookie")
}

fn location_of(answer: &MeasuredAnswer) -> Result<String> {
    answer.location.clone().context("the answer leads nowhere")
}
