//! The site, and what people do at it.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{
    http::{HttpAnswer, HttpBrowser},
    operator::OperatorCommands,
    people::Person,
    process::free_port,
    site::TestSite,
};

use super::{
    certificates,
    client::Visitor,
    echo::EchoApplication,
    proxy::{ProxyKind, RunningProxy},
    recipe::RecipePlaces,
};

/// The cookie of a session in an application.
pub const COOKIE: &str = "__Host-twinlock-app";
/// The cookie of a browser that is on its way to the sign-in.
pub const NONCE: &str = "__Host-twinlock-door";

/// The headers that the application gets.
pub const IDENTITY: [&str; 8] = [
    "remote-user",
    "remote-email",
    "remote-name",
    "remote-groups",
    "twinlock-account",
    "twinlock-role",
    "twinlock-mfa",
    "twinlock-assertion",
];

/// The account of each person, unless a case says otherwise.
pub const ACCOUNT: &str = "Example Ltd";

/// Twinlock, a proxy and an application.
pub struct DoorSite {
    pub kind: ProxyKind,
    pub site: TestSite,
    pub echo: EchoApplication,
    proxy: Option<RunningProxy>,
    folder: TempDir,
    plain: u16,
    tls: u16,
    number: AtomicU32,
}

/// A request as the application received it.
#[derive(Debug)]
pub struct Received(Value);

#[expect(
    clippy::unused_self,
    reason = "people do everything through the site that they belong to"
)]
impl DoorSite {
    /// Starts all three. Two applications are added: Notes at `app`, Wiki at `wiki`.
    pub fn start(kind: ProxyKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificates::make(folder.path());
        let (plain, tls) = (free_port(), free_port());
        let url = format!("https://panel.example.com:{tls}");
        let mut site = TestSite::without_users(&[
            ("TWINLOCK_PUBLIC_URL", &url),
            ("TWINLOCK_TRUSTED_PROXIES", "127.0.0.1"),
            ("TWINLOCK_ADDRESS_LIMIT", "100000"),
        ]);
        site.set_for_all("TWINLOCK_PUBLIC_URL", &url);
        site.add_account(ACCOUNT);
        for (name, host) in [("Notes", "app"), ("Wiki", "wiki")] {
            let url = format!("https://{host}.example.com:{tls}");
            site.cli(&["app", "add", name, "--url", &url])
                .expect_success();
        }
        site.start();
        let mut started = Self {
            kind,
            site,
            echo: EchoApplication::start(),
            proxy: None,
            folder,
            plain,
            tls,
            number: AtomicU32::new(0),
        };
        started.start_proxy();
        started
    }

    /// Starts the proxy again, such as after Twinlock has another port.
    pub fn start_proxy(&mut self) {
        self.proxy = None;
        let places = RecipePlaces {
            plain: self.plain,
            tls: self.tls,
            twinlock: self.site.address.port(),
            application: self.echo.port,
            folder: self.folder.path(),
        };
        self.proxy = Some(self.kind.start(&places));
        self.wait_until_it_serves();
    }

    /// Waits until Twinlock answers through the proxy: some listen before they know their hosts.
    fn wait_until_it_serves(&self) {
        let visitor = self.visitor();
        let request = visitor.written("panel", "GET", "/readyz", &[], "");
        for _ in 0..500 {
            let bytes = visitor.exchange("panel", &request, |bytes| !bytes.is_empty());
            if HttpAnswer::parse(&bytes).is_some_and(|answer| answer.status == 200) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the proxy does not serve: {}", self.proxy_log());
    }

    /// The proxy's output, for a failed case.
    pub fn proxy_log(&self) -> String {
        self.proxy
            .as_ref()
            .map(RunningProxy::log)
            .unwrap_or_default()
    }

    /// The origin of a host.
    pub fn origin(&self, host: &str) -> String {
        format!("https://{host}.example.com:{}", self.tls)
    }

    /// Runs an operator's command, which must succeed.
    #[track_caller]
    pub fn operate(&self, arguments: &[&str]) -> String {
        self.site.cli(arguments).expect_success().to_owned()
    }

    /// Returns a browser without cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.folder.path().join("authority.pem"), self.tls)
    }

    /// Returns a path that no other request of this site has.
    pub fn path(&self) -> String {
        format!("/case-{}", self.number.fetch_add(1, Ordering::Relaxed))
    }

    /// Adds an account.
    pub fn add_account(&self, name: &str) {
        self.site.add_account(name);
    }

    /// Adds a person to the account, as a member.
    pub fn person(&self) -> Person {
        self.person_of(ACCOUNT)
    }

    /// Adds a person to an account, as a member.
    pub fn person_of(&self, account: &str) -> Person {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        // Sign-ins of a minute are limited, and the clock is ours.
        self.site.clock.advance(20);
        let email = format!("person{number}@example.com");
        self.site.add_user(&email, account, "member")
    }

    /// Returns the browser of a session at Twinlock's own pages, as one behind the proxy.
    pub fn visitor_with(&self, browser: &HttpBrowser) -> Visitor {
        let mut visitor = self.visitor();
        let name = format!("__Host-twinlock-{}", self.tls);
        visitor.set_cookie("panel", &name, &browser.token());
        visitor
    }

    /// Signs a person in at Twinlock.
    pub fn signed_in(&self, person: &Person) -> (HttpBrowser, Visitor) {
        let browser = self.site.signed_in(person);
        let visitor = self.visitor_with(&browser);
        (browser, visitor)
    }

    /// Adds a person and lets them into Notes.
    pub fn person_inside(&self) -> (Person, HttpBrowser, Visitor) {
        let person = self.person();
        let (browser, mut visitor) = self.signed_in(&person);
        self.enter(&mut visitor, "app");
        (person, browser, visitor)
    }

    /// Opens an application with a session that may: four requests, and the page at the end.
    #[track_caller]
    pub fn enter(&self, visitor: &mut Visitor, host: &str) -> Received {
        let path = self.path();
        let code = self.code_for(visitor, host, &path);
        let answer = visitor.navigate(host, &code);
        assert_eq!(
            visitor.target(&answer),
            (host.to_owned(), path),
            "after the code"
        );
        self.inside(&visitor.follow(&answer))
    }

    /// Goes to the sign-in and back, up to the address that takes the code.
    #[track_caller]
    pub fn code_for(&self, visitor: &mut Visitor, host: &str, path: &str) -> String {
        let to_portal = visitor.navigate(host, path);
        let (portal, open) = visitor.target(&to_portal);
        assert_eq!(portal, "panel", "{open}");
        assert!(open.starts_with("/door/open?app="), "{open}");
        let back = visitor.follow(&to_portal);
        let (own, code) = visitor.target(&back);
        assert_eq!(own, host, "{code}");
        assert!(code.starts_with("/.twinlock/open?code="), "{code}");
        code
    }

    /// Reads the page of the application.
    #[track_caller]
    pub fn inside(&self, answer: &HttpAnswer) -> Received {
        assert_eq!(answer.status, 200, "{answer}\n{}", self.proxy_log());
        Received(answer.json())
    }

    /// Expects that a page leads to the sign-in, and that the application did not see it.
    #[track_caller]
    pub fn expect_outside(&self, visitor: &mut Visitor, host: &str) {
        let path = self.path();
        let answer = visitor.navigate(host, &path);
        let (portal, open) = visitor.target(&answer);
        assert_eq!(portal, "panel", "{open}");
        assert!(!self.echo.has_seen(&path), "{path} has arrived");
    }

    /// Expects that a page arrives.
    #[track_caller]
    pub fn expect_inside(&self, visitor: &mut Visitor, host: &str) -> Received {
        let path = self.path();
        self.inside(&visitor.navigate(host, &path))
    }

    /// Works in an account, with a session that has several.
    pub fn choose_account(&self, browser: &mut HttpBrowser, name: &str) {
        let account = self.site.account(browser, name);
        let chosen = browser.call("session/choose_account", json!({ "account": account }));
        chosen.expect_ok();
    }
}

impl Received {
    /// Every value of a header, whatever its spelling: `Remote_User` counts as `remote-user`.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let plain = |name: &str| {
            let signs = name.chars();
            let signs = signs.map(|sign| {
                if sign.is_ascii_alphanumeric() {
                    sign
                } else {
                    '-'
                }
            });
            signs.collect::<String>().to_ascii_lowercase()
        };
        let headers = self.0["headers"].as_array().unwrap();
        let found = headers
            .iter()
            .filter(|pair| plain(pair[0].as_str().unwrap()) == name);
        found.map(|pair| pair[1].as_str().unwrap()).collect()
    }

    /// The one value of a header.
    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let values = self.values(name);
        assert_eq!(values.len(), 1, "{name}: {values:?} in {}", self.0);
        values[0]
    }

    /// Expects that the request says nothing about a person, in any spelling.
    #[track_caller]
    pub fn expect_nobody(&self) {
        for name in IDENTITY {
            assert_eq!(self.values(name), [""; 0], "{name} in {}", self.0);
        }
        assert_eq!(self.0["trailers"], json!([]), "{}", self.0);
    }

    /// Expects that each header says who this person is, once.
    #[track_caller]
    pub fn expect_person(&self, person: &Person) {
        for name in IDENTITY {
            assert!(!self.value(name).is_empty(), "{name}");
        }
        assert_eq!(self.value("remote-user"), person.email);
        assert_eq!(self.value("remote-email"), person.email);
        assert_eq!(self.0["trailers"], json!([]), "{}", self.0);
    }

    /// The method, path or body.
    pub fn text(&self, part: &str) -> &str {
        self.0[part].as_str().unwrap()
    }
}
