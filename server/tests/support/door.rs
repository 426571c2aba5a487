use axum::{body::Body, http::Request};
use domain::door::{ApplicationAccess, MfaDemand, UserHeader};
use server::config::{Hosts, LimitArgs, Limits};
use usecases::operator::{AddApplication, add_application};

use super::{HttpAnswer, Options, RouterBrowser, TestServer};

/// The application, and another one.
pub const APP: &str = "https://app.example.com";
pub const WIKI: &str = "https://wiki.example.com";
/// Twinlock's own host.
pub const PANEL: &str = "https://panel.example.com";
/// The address of the trusted proxy.
pub const PROXY: &str = "10.0.0.2";
pub const SESSION: &str = "__Host-twinlock-app";
pub const NONCE: &str = "__Host-twinlock-door";

/// What a browser sends for a link or a typed address.
pub const PAGE: [(&str, &str); 3] = [
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];
/// What a browser sends for a script.
pub const SCRIPT: [(&str, &str); 1] = [("sec-fetch-mode", "cors")];

/// A server behind a trusted proxy, with two applications for everyone.
pub async fn server_with_applications() -> TestServer {
    let limits = LimitArgs {
        address_limit: None,
        trusted_proxies: Some("10.0.0.0/8".to_owned()),
    };
    let public_url = PANEL.parse().unwrap();
    let options = Options {
        hosts: Hosts::of(&public_url, Vec::new()),
        public_url,
        limits: Limits::new(&limits).unwrap(),
        files: vec![("index.html", "<!doctype html><p>app</p>".into())],
        ..Options::default()
    };
    let server = TestServer::start_with(options, |services| services).await;
    for (name, origin) in [("Notes", APP), ("Wiki", WIKI)] {
        let application = AddApplication {
            name: name.parse().unwrap(),
            origin: origin.parse().unwrap(),
            access: ApplicationAccess::Everyone,
            mfa: MfaDemand::Account,
            user_header: UserHeader::Email,
        };
        add_application(&server.operator(), None, application)
            .await
            .unwrap();
    }
    server
}

/// A browser at Twinlock's own host.
pub fn portal(server: &TestServer) -> RouterBrowser {
    server
        .browser()
        .from("192.0.2.1")
        .with_header("host", "panel.example.com")
}

/// Requests a page of Twinlock's own host.
pub async fn open(portal: &mut RouterBrowser, url: &str) -> HttpAnswer {
    let path = url.strip_prefix(PANEL).unwrap_or(url);
    portal.send(request("GET", path, &PAGE)).await
}

/// A request with these headers.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path);
    headers
        .iter()
        .fold(builder, |builder, (name, value)| {
            builder.header(*name, *value)
        })
        .body(Body::empty())
        .unwrap()
}

/// A browser at an application's host, behind a proxy that asks by `/door/forward-auth`.
#[derive(Clone)]
pub struct AppBrowser {
    pub browser: RouterBrowser,
    host: &'static str,
}

impl AppBrowser {
    /// Opens a browser without cookies.
    pub fn new(server: &TestServer, origin: &'static str) -> Self {
        Self {
            browser: server.browser().from(PROXY),
            host: origin.strip_prefix("https://").unwrap(),
        }
    }

    /// Sends a request to the application.
    pub async fn send(&mut self, method: &str, uri: &str, headers: &[(&str, &str)]) -> HttpAnswer {
        let asked = [
            ("x-forwarded-method", method),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", self.host),
            ("x-forwarded-uri", uri),
        ];
        let headers = [&asked[..], headers].concat();
        let asked = request("GET", "/door/forward-auth", &headers);
        self.browser.send(asked).await
    }

    /// Opens a page; also by its whole URL.
    pub async fn page(&mut self, uri: &str) -> HttpAnswer {
        let origin = format!("https://{}", self.host);
        let path = uri.strip_prefix(&origin).unwrap_or(uri);
        self.send("GET", path, &PAGE).await
    }

    /// The status that a script of the application gets.
    pub async fn script(&mut self) -> u16 {
        self.send("GET", "/data", &SCRIPT).await.status
    }

    /// Goes to the portal for a page; returns the URL with the code.
    pub async fn code(&mut self, portal: &mut RouterBrowser, uri: &str) -> String {
        let away = self.page(uri).await;
        assert_eq!(away.status, 302, "{away}");
        let drawn = open(portal, away.header("location")).await;
        assert_eq!(drawn.status, 303, "{drawn}");
        drawn.header("location").to_owned()
    }

    /// Goes through the portal; returns the answer that brings the browser in.
    pub async fn enter(&mut self, portal: &mut RouterBrowser, uri: &str) -> HttpAnswer {
        let code = self.code(portal, uri).await;
        self.page(&code).await
    }
}
