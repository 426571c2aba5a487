//! What a stranger tries at an application.

use domain::{door::OPEN_PATH, ports::ApplicationRecord, token::Token};
use url::Url;

use super::{
    client::{ProbeAnswer, ProbeError, ProbeRequest, Site, TlsClient},
    judge::{SignIn, Wanted, judge},
};
use crate::config::PublicUrl;

/// The path that is asked for.
const PATH: &str = "/twinlock-doctor";

/// A path that is not asked for.
const OTHER_PATH: &str = "/twinlock-forged";

/// What Twinlock's page says for a code that opens nothing.
const USED_LINK: &str = "This link has been used or is too old";

/// What a forged identity header claims.
const FORGED: &str = "doctor@forged.example";

/// Spellings that PHP and WSGI read as one header.
const SPELLINGS: [char; 3] = ['-', '_', '.'];

/// The headers that tell an application who someone is.
const IDENTITY: [&str; 8] = [
    "Remote-User",
    "Remote-Email",
    "Remote-Name",
    "Remote-Groups",
    "Twinlock-Account",
    "Twinlock-Role",
    "Twinlock-Mfa",
    "Twinlock-Assertion",
];

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What is wrong, with the remedy.
    pub fault: Option<String>,
}

impl Check {
    /// A check that found nothing wrong.
    pub const fn passed(name: &'static str) -> Self {
        Self { name, fault: None }
    }

    /// A check that failed.
    pub const fn failed(name: &'static str, fault: String) -> Self {
        Self {
            name,
            fault: Some(fault),
        }
    }

    fn of(name: &'static str, result: Result<(), String>) -> Self {
        Self {
            name,
            fault: result.err(),
        }
    }

    /// `ok` or `FAILED`.
    pub const fn word(&self) -> &'static str {
        if self.fault.is_some() { "FAILED" } else { "ok" }
    }
}

/// The application and the pages of Twinlock, as they are reached from outside.
pub struct Doors {
    application: Site,
    origin: String,
    portal: Site,
    sign_in: SignIn,
}

impl Doors {
    /// Reads where both are.
    pub fn new(application: &ApplicationRecord, public_url: &PublicUrl) -> Result<Self, String> {
        let portal = public_url.to_string();
        Ok(Self {
            application: site(application.origin.as_str())?,
            origin: application.origin.to_string(),
            portal: site(&portal)?,
            sign_in: SignIn {
                portal,
                application: application.id.to_string(),
                target: PATH.to_owned(),
            },
        })
    }

    fn authority(&self) -> &str {
        &self.application.authority
    }
}

fn site(origin: &str) -> Result<Site, String> {
    let url = Url::parse(origin).map_err(|error| format!("{origin}: {error}"))?;
    let host = url.host_str().unwrap_or_default();
    let authority = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Ok(Site {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port_or_known_default().unwrap_or(443),
        authority,
    })
}

/// Runs every check. One that finds no connection is the last.
pub fn all(client: &TlsClient, doors: &Doors) -> Vec<Check> {
    let first = match client.send(&doors.application, &navigation(&[])) {
        Ok(answer) => answer,
        Err(error) => return unreachable(&error),
    };
    let attack = Attack { client, doors };
    let mut checks = ["dns", "tcp", "tls"].map(Check::passed).to_vec();
    checks.push(Check::of(
        "page",
        judge(&first, Wanted::SignIn, &doors.sign_in),
    ));
    // Without an answer of Twinlock each attack is refused, for a reason that `page` names.
    if !is_refused_whole(first.status) {
        checks.extend([
            Check::of("script", attack.script()),
            Check::of("form", attack.form()),
            Check::of("identity", attack.identity()),
            Check::of("forwarded", attack.forwarded()),
            Check::of("cookie", attack.cookie()),
            Check::of("upgrade", attack.upgrade()),
            Check::of("open", attack.open()),
        ]);
    }
    checks.push(Check::of("panel", attack.panel()));
    checks
}

/// Whether the proxy lets no one in and leads no one to the sign-in.
const fn is_refused_whole(status: u16) -> bool {
    matches!(status, 400 | 403 | 500..=599)
}

/// The parts up to the one that failed.
fn unreachable(error: &ProbeError) -> Vec<Check> {
    let parts = ["dns", "tcp", "tls", "http"];
    let before = parts.iter().take_while(|part| **part != error.part());
    let mut checks: Vec<_> = before.map(|part| Check::passed(part)).collect();
    checks.push(Check::failed(error.part(), error.to_string()));
    checks
}

/// A request for a page, as a browser sends it.
fn navigation(headers: &[(&str, &str)]) -> ProbeRequest {
    let own = [
        ("Accept", "text/html"),
        ("Sec-Fetch-Site", "none"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    request("GET", PATH, &[&own, headers].concat())
}

/// A request of a script.
fn of_script(headers: &[(&str, &str)]) -> ProbeRequest {
    let own = [
        ("Accept", "application/json"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Mode", "cors"),
        ("Sec-Fetch-Dest", "empty"),
    ];
    request("GET", PATH, &[&own, headers].concat())
}

fn request(method: &'static str, path: &str, headers: &[(&str, &str)]) -> ProbeRequest {
    let headers = headers.iter();
    let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ProbeRequest {
        method,
        path: path.to_owned(),
        headers: headers.collect(),
    }
}

struct Attack<'a> {
    client: &'a TlsClient,
    doors: &'a Doors,
}

impl Attack<'_> {
    fn send(&self, request: &ProbeRequest) -> Result<ProbeAnswer, String> {
        let sent = self.client.send(&self.doors.application, request);
        sent.map_err(|error| error.to_string())
    }

    /// Sends a request and judges the answer; `what` names the attack in an error.
    fn attempt(&self, what: &str, request: &ProbeRequest, wanted: Wanted) -> Result<(), String> {
        let answer = self.send(request)?;
        let judged = judge(&answer, wanted, &self.doors.sign_in);
        judged.map_err(|error| {
            if what.is_empty() {
                error
            } else {
                format!("with {what}, {error}")
            }
        })
    }

    /// A script without a cookie.
    fn script(&self) -> Result<(), String> {
        self.attempt("", &of_script(&[]), Wanted::Refusal)
    }

    /// A POST without a cookie.
    fn form(&self) -> Result<(), String> {
        let headers = [
            ("Accept", "application/json"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Sec-Fetch-Mode", "cors"),
            ("Content-Length", "0"),
        ];
        self.attempt("a POST", &request("POST", PATH, &headers), Wanted::Refusal)
    }

    /// Forged identity, in each spelling.
    fn identity(&self) -> Result<(), String> {
        for sign in SPELLINGS {
            let names = IDENTITY.map(|name| name.replace('-', &sign.to_string()));
            let headers = names.each_ref().map(|name| (name.as_str(), FORGED));
            let what = format!("a forged `{}`", names[0]);
            self.attempt(&what, &navigation(&headers), Wanted::NotLetIn)?;
        }
        Ok(())
    }

    /// Forged reports of a proxy.
    fn forwarded(&self) -> Result<(), String> {
        let forged_url = format!("{}{OTHER_PATH}", self.doors.sign_in.portal);
        let forged = [
            ("X-Forwarded-Host", self.doors.portal.authority.as_str()),
            ("X-Forwarded-Uri", OTHER_PATH),
            ("X-Forwarded-Uri", OPEN_PATH),
            ("X-Forwarded-Method", "POST"),
            ("X-Forwarded-Proto", "http"),
            ("X-Original-URL", forged_url.as_str()),
            ("X-Original-Method", "POST"),
        ];
        for (name, value) in forged {
            let what = format!("a forged `{name}`");
            self.attempt(&what, &navigation(&[(name, value)]), Wanted::NotLetIn)?;
        }
        Ok(())
    }

    /// A cookie that no one was given.
    fn cookie(&self) -> Result<(), String> {
        let token = Token::from_random([0x5a; 32]).expose();
        let cookie = format!("__Host-twinlock-app={token}");
        let request = navigation(&[("Cookie", &cookie)]);
        self.attempt("an unknown cookie", &request, Wanted::SignIn)
    }

    /// Other protocols, behind which a proxy sees no further request.
    fn upgrade(&self) -> Result<(), String> {
        let h2c = [
            ("Connection", "Upgrade, HTTP2-Settings"),
            ("Upgrade", "h2c"),
            ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
        ];
        self.attempt("`Upgrade: h2c`", &navigation(&h2c), Wanted::NotLetIn)?;
        let web_socket = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dHdpbmxvY2sgZG9jdG9yIQ=="),
            ("Origin", &self.doors.origin),
            ("Sec-Fetch-Mode", "websocket"),
        ];
        let request = request("GET", PATH, &web_socket);
        self.attempt("a WebSocket", &request, Wanted::NotLetIn)
    }

    /// Twinlock's own path at the application's host.
    fn open(&self) -> Result<(), String> {
        let mut request = navigation(&[]);
        let code = Token::from_random([0x5a; 32]).expose();
        request.path = format!("{OPEN_PATH}?code={code}");
        let answer = self.send(&request)?;
        if answer.status == 400 && answer.body.contains(USED_LINK) {
            return Ok(());
        }
        if is_refused_whole(answer.status) {
            let judged = judge(&answer, Wanted::SignIn, &self.doors.sign_in);
            return judged.map_err(|error| format!("{OPEN_PATH}: {error}"));
        }
        Err(format!(
            "{OPEN_PATH} is answered with {} and not by Twinlock, so no one gets in: let Twinlock answer everything below /.twinlock/, as the recipe does",
            answer.status
        ))
    }

    /// The verifier's addresses at Twinlock's own host, where strangers reach them.
    fn panel(&self) -> Result<(), String> {
        let doors = self.doors;
        let asked = format!("{}{PATH}", doors.origin);
        let forward = [
            ("X-Forwarded-Method", "GET"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", doors.authority()),
            ("X-Forwarded-Uri", PATH),
        ];
        let original = [
            ("X-Original-URL", asked.as_str()),
            ("X-Original-Method", "GET"),
        ];
        let paths: [(&str, &[(&str, &str)]); 3] = [
            ("/door/forward-auth", &forward),
            ("/door/auth-request", &original),
            ("/door/ext-authz/", &[]),
        ];
        for (path, headers) in paths {
            let request = request("GET", path, headers);
            let answer = self.client.send(&doors.portal, &request);
            let answer =
                answer.map_err(|error| format!("TWINLOCK_PUBLIC_URL is not reached: {error}"))?;
            if !matches!(answer.status, 400 | 403 | 404 | 405 | 421) {
                return Err(format!(
                    "{}{path} is answered with {}: refuse /door/forward-auth, /door/auth-request and /door/ext-authz in the proxy of Twinlock's own host, as docs/proxies do",
                    doors.sign_in.portal, answer.status
                ));
            }
        }
        Ok(())
    }
}
