//! `twinlock serve`: the printed output, and the operator's commands while it runs.

use std::net::{Ipv6Addr, TcpListener};

use serde_json::json;
use testkit::{
    http::HttpBrowser,
    process::{Running, free_port},
};

use crate::{operators::left_out, support::program::ProgramSite};

fn token(line: &str, path: &str) -> String {
    line.rsplit_once(&format!("/{path}#"))
        .unwrap_or_else(|| panic!("{line}"))
        .1
        .to_owned()
}

/// Returns whether the first start makes the database: a file is made, but a database on a server
/// exists already.
fn is_new(site: &ProgramSite, starts: &[String]) -> bool {
    starts.is_empty() && !site.is_on_a_server()
}

#[test]
fn an_empty_database_offers_the_first_owner_and_each_start_another_link() {
    let site = ProgramSite::new();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let mut server = site.serve();
        let note = server.line();
        assert!(note.starts_with("TWINLOCK_PUBLIC_URL is not set"), "{note}");
        assert_eq!(server.line(), "Create the first owner:");
        let link = server.line();
        let start = format!("http://localhost:{}/setup#", server.port);
        assert!(link.starts_with(&start), "{link}");
        assert!(
            server
                .line()
                .starts_with("Back up the key file twinlock.db.key apart from the database ")
        );
        let state = if is_new(&site, &tokens) {
            "was made by this start"
        } else {
            "holds no user yet"
        };
        let last = server.line();
        assert!(
            last.starts_with("The database ") && last.contains(&format!(" {state}: if you")),
            "{last}"
        );
        if !site.is_on_a_server() {
            let whole = site.file("twinlock.db");
            assert!(last.contains(whole.to_str().unwrap()), "{last}");
        }
        tokens.push(token(&link, "setup"));
        let check = |token: &String| {
            HttpBrowser::new(&server)
                .call("session/check_setup_link", json!({ "token": token }))
                .status
        };
        assert_eq!(check(tokens.last().unwrap()), 200);
        assert_eq!(
            tokens.iter().rev().skip(1).map(check).collect::<Vec<u16>>(),
            vec![404; tokens.len() - 1]
        );
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!(code, 0);
        assert!(
            !tokens.iter().any(|token| log.contains(token)),
            "the link is not logged"
        );
    }
}

#[test]
fn somebody_there_means_no_link_and_commands_work_beside_the_server() {
    let site = ProgramSite::with_account();
    let add = [
        "user",
        "add",
        "max@example.com",
        "--name",
        "Max Member",
        "--account",
        "Example Ltd",
        "--role",
        "member",
    ];
    let first = site.run(&add).expect_done().to_owned();
    let server = site.serve();

    // A link printed while no server ran works with a running server, and the other way round.
    let again = site
        .run(&["user", "set-password", "max@example.com"])
        .expect_done()
        .to_owned();
    let check = |line: &str| {
        HttpBrowser::new(&server).call(
            "session/check_invitation",
            json!({ "token": token(line, "invitation") }),
        )
    };
    assert_eq!(
        check(&first).status,
        404,
        "a newer link replaces the older one"
    );
    assert_eq!(
        check(&again).status_and_json(),
        (200, json!({ "email": "max@example.com" }))
    );

    let password = "seven quiet rivers at dawn";
    site.run_with(
        &[
            "user",
            "set-password",
            "max@example.com",
            "--password-stdin",
        ],
        &format!("{password}\r\n"),
    )
    .expect_done();
    let viewer = HttpBrowser::new(&server).sign_in_as("Max@example.com", password);
    assert_eq!(viewer.expect_ok()["name"], "Max Member");

    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0);
    assert!(!log.contains(password) && !log.contains(&token(&again, "invitation")));
}

#[test]
fn nobody_sees_more_than_one_link() {
    let site = ProgramSite::with_account();
    site.run(&[
        "user",
        "add",
        "a@example.com",
        "--name",
        "A",
        "--account",
        "Example Ltd",
        "--role",
        "owner",
    ])
    .expect_done();
    let mut server = site.serve();
    server.terminate();
    let open = format!("Open http://localhost:{}", server.port);
    assert_eq!(server.line(), open, "a browser on this machine finds it");
    assert_eq!(server.line(), "", "nothing after the address");
}

#[test]
fn plain_http_beyond_this_machine_is_warned_of() {
    let site = ProgramSite::new();
    for (public_url, warned) in [
        ("http://panel.example.com", true),
        ("https://panel.example.com", false),
        ("http://localhost:3000", false),
    ] {
        let server = site.serve_with(&[("TWINLOCK_PUBLIC_URL", public_url)]);
        server.terminate();
        let (_, log) = server.wait();
        assert_eq!(log.contains("clear text"), warned, "{public_url}: {log}");
    }
}

/// S11: the brand and the address share 64 bytes.
#[test]
fn s11_a_brand_that_leaves_too_little_for_the_address_is_warned_of() {
    let site = ProgramSite::new();
    for (brand, warned) in [
        ("Customer Control Panel", false),
        ("Example Hosting Customer Panel", true),
        ("Панель управления", true),
    ] {
        let server = site.serve_with(&[("TWINLOCK_BRAND", brand)]);
        server.terminate();
        let (_, log) = server.wait();
        let said = log.contains("TWINLOCK_BRAND leaves under 40 of 64 bytes");
        assert_eq!(said, warned, "{brand}: {log}");
    }
}

#[test]
fn a_proxy_says_where_a_request_comes_from_once_it_is_trusted() {
    let site = ProgramSite::with_account();
    let wrong = |browser: HttpBrowser| {
        let mut browser = browser;
        browser
            .sign_in_as("no one at all", "no password of anybody")
            .status
    };
    // All servers share the database, which remembers the attempts, so each case has addresses of
    // its own.
    for (proxies, other, one, another) in [
        ("127.0.0.0/8", 401, "203.0.113.9", "203.0.113.10"),
        ("10.0.0.0/8", 429, "203.0.113.11", "203.0.113.12"),
        // RC9: the first network in IPv6 notation.
        ("::ffff:127.0.0.0/104", 401, "203.0.113.13", "203.0.113.14"),
    ] {
        let server = site.serve_with(&[
            ("TWINLOCK_ADDRESS_LIMIT", "1"),
            ("TWINLOCK_TRUSTED_PROXIES", proxies),
        ]);
        let from =
            |addresses| wrong(HttpBrowser::new(&server).with_header("X-Forwarded-For", addresses));
        assert_eq!((from(one), from(one)), (401, 429), "{proxies}");
        assert_eq!(from(another), other, "{proxies}");
        server.terminate();
        assert_eq!(server.wait().0, 0);
    }
}

/// Browsers ask the IPv6 loopback address first, so a program there would get what is meant for
/// the link.
#[test]
fn another_program_on_localhost_is_warned_of() {
    let Ok(other) = TcpListener::bind((Ipv6Addr::LOCALHOST, free_port())) else {
        return left_out("another_program_on_localhost_is_warned_of", "no IPv6");
    };
    let port = other.local_addr().unwrap().port();
    let site = ProgramSite::with_account();
    site.make_key();
    for (public_url, is_warned) in [("", true), ("https://panel.example.com", false)] {
        let listen = format!("127.0.0.1:{port}");
        let mut command = site.command(&["serve", "--listen", &listen]);
        command.env("TWINLOCK_PUBLIC_URL", public_url);
        let (server, _) = Running::start(command);
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!(code, 0, "{log}");
        let is_said = log.contains("another program answers at this address");
        assert_eq!(is_said, is_warned, "{log}");
    }
}
