//! S1: the server behind proxies that people use, each set up by the recipe in `docs/proxies`.
//!
//! nginx, Caddy, HAProxy and Apache start before the real program, by the recipe that operators
//! get, with ports and paths replaced. The tests cover sign-in with `Host`, `Origin` and
//! `Sec-Fetch-Site` passed on, addresses, bodies, a sign-in in front, a restart, and a connection
//! that is used again in the moment at which the server once closed it. `cargo xtask test` leaves
//! out the tests of a proxy whose package can't be installed, and names them.

mod client;
mod distance;
mod front;
mod kind;
mod resent;

use std::{
    net::Ipv4Addr,
    thread,
    time::{Duration, Instant},
};

use rstest::rstest;
use serde_json::json;
use testkit::process::free_port;

use self::{
    client::{HOST, ProxyClient, get_plainly, is_from_twinlock},
    front::RunningProxy,
    kind::{ProxyKind, ProxyRecipe, STAFF},
};
use crate::support::program::{ProgramSite, Running};

const EMAIL: &str = "max@example.com";
const PASSWORD: &str = "seven quiet rivers at dawn";
const TRUSTED: (&str, &str) = ("TWINLOCK_TRUSTED_PROXIES", "127.0.0.1");

/// A server with one user, and a proxy in front of it.
struct ProxiedSite {
    front: RunningProxy,
    server: Running,
    program: ProgramSite,
}

impl ProxiedSite {
    fn behind(recipe: ProxyRecipe) -> Self {
        Self::open(recipe, &[TRUSTED])
    }

    fn open(recipe: ProxyRecipe, settings: &[(&str, &str)]) -> Self {
        let program = program_site();
        let server = serve(&program, free_port(), settings);
        Self {
            front: RunningProxy::start(server.port, recipe, |recipe, _| recipe),
            server,
            program,
        }
    }

    fn client(&self) -> ProxyClient {
        ProxyClient::of(&self.front)
    }
}

fn program_site() -> ProgramSite {
    let program = ProgramSite::in_a_file();
    program.run(&["migrate"]).expect_done();
    program
        .run(&["account", "add", "Example Ltd"])
        .expect_done();
    let add = ["user", "add", EMAIL, "--name", "Max Member", "--account"];
    let role = ["Example Ltd", "--role", "owner", "--password-stdin"];
    program
        .run_with(&[&add[..], &role].concat(), PASSWORD)
        .expect_done();
    program
}

fn serve(program: &ProgramSite, port: u16, settings: &[(&str, &str)]) -> Running {
    let public_url = format!("https://{HOST}");
    let always = [("TWINLOCK_PUBLIC_URL", public_url.as_str())];
    program.serve_at(port, &[&always, settings].concat())
}

/// The test takes ten seconds, because the server used to close a connection after that time. The
/// proxy answers 502 if the server closes while a request is on its way; the network delay makes
/// sure that a request is on its way at that moment.
#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_no_answer_is_lost_on_connections_that_the_proxy_keeps(#[case] kind: ProxyKind) {
    const DISTANCE: Duration = Duration::from_millis(40);
    const BEFORE: Duration = Duration::from_secs(1);
    let program = program_site();
    let server = serve(&program, free_port(), &[TRUSTED]);
    let port = distance::away(server.port, DISTANCE);
    let front = RunningProxy::start(port, ProxyRecipe::of(kind), |recipe, _| recipe);
    let client = ProxyClient::of(&front).with_header("Sec-Fetch-Site", "same-origin");
    // Sends sixteen requests at once, so that each has a connection of its own, and returns when
    // each was answered.
    let sixteen_at = |moment: Instant| -> Vec<(u16, Instant)> {
        let one = |_| {
            let client = client.clone();
            thread::spawn(move || {
                // The client connects early, because a proxy closes a connection whose first
                // request takes some seconds.
                let opens = moment.checked_sub(BEFORE).unwrap_or(moment);
                thread::sleep(opens.saturating_duration_since(distance::now()));
                let connected = client.open();
                thread::sleep(moment.saturating_duration_since(distance::now()));
                let answer = connected.send_body(&["{}"], "session/whoami");
                (answer.status, distance::now())
            })
        };
        let sent: Vec<_> = (0..16).map(one).collect();
        let answers = sent.into_iter().map(|answer| answer.join().unwrap());
        answers.collect()
    };
    let soon = || distance::now() + Duration::from_secs(1);
    let first = sixteen_at(soon());
    assert!(first.iter().all(|(status, _)| *status == 200), "{first:?}");
    let answered = first.iter().map(|(_, at)| *at).min().unwrap();
    // Ten seconds, less half the network delay.
    let second = sixteen_at(answered + Duration::from_millis(9_980));
    let statuses: Vec<_> = second.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200; 16], "{}", front.log());
}

#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_people_sign_in_and_other_sites_do_not(#[case] kind: ProxyKind) {
    let site = ProxiedSite::behind(ProxyRecipe::of(kind));
    let mut client = site.client();
    let answer = client.sign_in(EMAIL, PASSWORD);
    assert_eq!(answer.status, 200, "{answer}");
    let cookies = answer.cookies();
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("__Host-twinlock=")),
        "{cookies:?}"
    );
    assert_eq!(client.standing(), json!("full"));
    // Browsers of before 2020 send `Origin` only. The server refuses other sites by headers that
    // the proxy has to pass on.
    let own = site
        .client()
        .with_header("Origin", "https://panel.example.com");
    assert_eq!(own.send_body(&["{}"], "session/whoami").status, 200);
    for (name, value) in [
        ("Origin", "https://evil.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ] {
        let other = site.client().with_header(name, value);
        let answer = other.send_body(&["{}"], "session/whoami");
        assert_eq!(answer.status, 403, "{name}: {answer}");
        assert!(is_from_twinlock(&answer));
    }

    let page = client.get("/");
    assert!(is_from_twinlock(&page), "{page}");
    let hsts: Vec<_> = page.header_values("strict-transport-security").collect();
    assert_eq!(hsts, ["max-age=63072000"]);
    let plain = get_plainly(&site.front, "/profile");
    assert!(matches!(plain.status, 301 | 308), "{plain}");
    let target: Vec<_> = plain.header_values("location").collect();
    assert_eq!(target, ["https://panel.example.com/profile"]);
}

#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_people_are_told_apart_once_the_proxy_is_trusted(#[case] kind: ProxyKind) {
    let limit = ("TWINLOCK_ADDRESS_LIMIT", "1");
    let (one, other) = (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3));
    for (settings, of_other) in [(&[limit, TRUSTED][..], 401), (&[limit], 429)] {
        let site = ProxiedSite::open(ProxyRecipe::of(kind), settings);
        let wrong = |address, claim: Option<&str>| {
            let client = site.client().at(address);
            let mut client = match claim {
                Some(claim) => client.with_header("X-Forwarded-For", claim),
                None => client,
            };
            client
                .sign_in("no one at all", "no password of anybody")
                .status
        };
        assert_eq!(wrong(one, None), 401);
        assert_eq!(wrong(one, None), 429);
        assert_eq!(
            wrong(one, Some("203.0.113.9")),
            429,
            "a claim is no address"
        );
        assert_eq!(wrong(other, None), of_other, "{settings:?}");
    }
}

#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_slow_bodies_arrive_and_large_ones_are_refused(#[case] kind: ProxyKind) {
    let site = ProxiedSite::behind(ProxyRecipe::of(kind));
    let client = site.client().with_header("Sec-Fetch-Site", "same-origin");
    let slow = client.send_body(&["{", " ", "}"], "session/whoami");
    assert_eq!(slow.status, 200, "{slow}");
    let large = client.send_body(&[&"x".repeat(20 << 10)], "session/whoami");
    assert_eq!(large.status, 413, "{large}");
    assert!(is_from_twinlock(&large));
    assert_eq!(client.send_body(&["{}"], "session/whoami").status, 200);
}

#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_no_visitor_asks_about_applications(#[case] kind: ProxyKind) {
    let site = ProxiedSite::behind(ProxyRecipe::of(kind));
    for path in ["forward-auth", "auth-request", "ext-authz", "ext-authz/a"] {
        let answer = site.client().get(&format!("/door/{path}"));
        assert!(matches!(answer.status, 403 | 404), "{path}: {answer}");
        assert!(!is_from_twinlock(&answer), "{path}");
    }
    let page = site.client().get("/door/signed-out");
    assert!(is_from_twinlock(&page), "{page}");
}

/// Without one of the recipe's two lines about connections, nginx opens a new connection for each
/// request.
#[rstest]
#[case::nginx_http_1_0("proxy_http_version 1.1;")]
#[case::nginx_close("proxy_set_header Connection \"\";")]
fn s1_a_proxy_that_keeps_no_connection_works_too(#[case] line: &str) {
    let site = ProxiedSite::behind(ProxyRecipe::of(ProxyKind::Nginx).with(line, ""));
    let mut client = site.client();
    for _ in 0..3 {
        let answer = client.sign_in(EMAIL, PASSWORD);
        assert_eq!(answer.status, 200, "{answer}");
    }
    assert_eq!(client.standing(), json!("full"));
}

#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_a_sign_in_of_the_proxys_own_stands_before_the_page(#[case] kind: ProxyKind) {
    let program = program_site();
    let server = serve(&program, free_port(), &[TRUSTED]);
    let front = RunningProxy::start(server.port, ProxyRecipe::of(kind), |recipe, folder| {
        recipe.with_sign_in(folder.path())
    });
    let mut nobody = ProxyClient::of(&front);
    for answer in [nobody.get("/"), nobody.sign_in(EMAIL, PASSWORD)] {
        assert_eq!(answer.status, 401, "{answer}");
        assert!(!is_from_twinlock(&answer));
        assert_eq!(answer.header_values("www-authenticate").count(), 1);
    }
    let (name, password) = STAFF;
    let basic = data_encoding::BASE64.encode(format!("{name}:{password}").as_bytes());
    let mut staff = ProxyClient::of(&front).with_header("Authorization", &format!("Basic {basic}"));
    assert!(is_from_twinlock(&staff.get("/")));
    let answer = staff.sign_in(EMAIL, PASSWORD);
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(staff.standing(), json!("full"));
}

#[rstest]
#[case::nginx(ProxyKind::Nginx)]
#[case::caddy(ProxyKind::Caddy)]
#[case::haproxy(ProxyKind::Haproxy)]
#[case::apache(ProxyKind::Apache)]
fn s1_a_server_that_stops_and_starts_again_is_found_again(#[case] kind: ProxyKind) {
    let ProxiedSite {
        front,
        server,
        program,
    } = ProxiedSite::behind(ProxyRecipe::of(kind));
    let mut client = ProxyClient::of(&front);
    client.sign_in(EMAIL, PASSWORD);
    let port = server.port;
    server.terminate();
    assert_eq!(server.wait().0, 0);
    let answer = client.get("/livez");
    assert!(matches!(answer.status, 502 | 503), "{answer}");
    assert!(!is_from_twinlock(&answer), "the proxy says it");

    let server = serve(&program, port, &[TRUSTED]);
    // A proxy with health checks needs a few of them to see that the server is back.
    let is_back = |_| {
        thread::sleep(Duration::from_millis(100));
        client.get("/livez").status == 200
    };
    assert!((0..300).any(is_back), "{}", front.log());
    assert_eq!(client.standing(), json!("full"), "sessions outlast it");
    drop(server);
}
