//! `twinlock serve --demo`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::authenticator::Authenticator;
use testkit::http::{HttpAnswer, HttpBrowser};

use crate::support::{
    browser::{now, signed_in},
    program::{ProgramSite, Running},
};

/// The printed output of the demo.
struct Sheet {
    text: String,
    /// Password, key and the rest of the line, by address; `-` means none.
    people: BTreeMap<String, [String; 3]>,
}

impl Sheet {
    fn read(text: String) -> Self {
        let mut people = BTreeMap::new();
        let rows = text.lines().skip_while(|line| !line.starts_with("EMAIL"));
        for row in rows.skip(1).take_while(|line| !line.is_empty()) {
            let words: Vec<&str> = row.split_whitespace().collect();
            let rest = words[3..].join(" ");
            people.insert(
                words[0].to_owned(),
                [words[1].to_owned(), words[2].to_owned(), rest],
            );
        }
        Self { text, people }
    }

    /// Returns all secrets of the sheet.
    fn secrets(&self) -> Vec<&str> {
        let drawn = self
            .people
            .values()
            .flat_map(|[password, key, _]| [password, key]);
        let drawn = drawn.map(String::as_str).filter(|secret| *secret != "-");
        let codes = self.people.keys().flat_map(|email| self.codes(email));
        drawn.chain(codes).chain([self.invitation()]).collect()
    }

    /// Returns the backup codes printed for a user.
    fn codes(&self, email: &str) -> Vec<&str> {
        let sections = self.text.split("\nBackup codes").nth(1).unwrap();
        let line = sections.lines().find(|line| line.starts_with(email));
        line.map_or(Vec::new(), |line| line.split_whitespace().skip(1).collect())
            .into_iter()
            .filter(|word| word.len() == 19)
            .collect()
    }

    fn invitation(&self) -> &str {
        let link = self.text.split("/invitation#").nth(1).unwrap();
        link.split_whitespace().next().unwrap()
    }

    /// Signs in a user with the password.
    fn open(&self, server: &Running, email: &str) -> HttpBrowser {
        signed_in(server, email, &self.people[email][0])
    }

    /// Signs in a user with the password and the authenticator's current code.
    fn open_with_code(&self, server: &Running, email: &str) -> HttpBrowser {
        let mut browser = self.open(server, email);
        let answer = self.give_code(&mut browser, email);
        assert_eq!(answer.status, 200, "{email}: {answer}");
        browser
    }

    fn give_code(&self, browser: &mut HttpBrowser, email: &str) -> HttpAnswer {
        let code = Authenticator::new(&self.people[email][1]).code(now());
        browser.give_code(&code)
    }
}

fn states(browser: &mut HttpBrowser, account: usize) -> BTreeMap<String, String> {
    let id = browser.ask("accounts/list").json()[account]["id"].clone();
    let wanted = json!({ "account": id, "search": "", "state": null, "page": 0 });
    let shown = browser.call("accounts/members", wanted).expect_ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let members = shown["members"].as_array().unwrap().iter();
    members
        .map(|row| (text(&row["email"]), text(&row["state"])))
        .collect()
}

fn expected_states(states: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pair =
        |(email, state): &(&str, &str)| (format!("{email}@example.com"), (*state).to_owned());
    states.iter().map(pair).collect()
}

#[test]
fn nine_people_are_printed_once_and_every_state_is_somebodys() {
    let site = ProgramSite::new();
    let (server, text) = site.serve_demo();
    let sheet = Sheet::read(text);
    assert_eq!(sheet.people.len(), 9, "{}", sheet.text);
    let passwords = sheet
        .people
        .values()
        .filter(|[password, ..]| password.len() >= 15);
    assert_eq!(
        passwords.count(),
        8,
        "all but the invited one: {}",
        sheet.text
    );

    let mut ada = sheet.open_with_code(&server, "ada@example.com");
    let alder = [
        ("ada", "on"),
        ("sam", "setup_required"),
        ("lea", "locked"),
        ("finn", "on"),
        ("mia", "on"),
    ];
    assert_eq!(states(&mut ada, 0), expected_states(&alder));
    let mut otto = sheet.open(&server, "otto@example.com");
    let birch = [
        ("otto", "off"),
        ("zoe", "on"),
        ("ivo", "off"),
        ("mia", "on"),
    ];
    assert_eq!(states(&mut otto, 0), expected_states(&birch));
    for account in site
        .run(&["account", "list", "--json"])
        .expect_json()
        .as_array()
        .unwrap()
    {
        let owned = json!({ "name": account["name"], "role": "owner" });
        let users = site.run(&["user", "list", "--json"]).expect_json();
        let is_owner = |user: &Value| user["accounts"].as_array().unwrap().contains(&owned);
        assert!(users.as_array().unwrap().iter().any(is_owner), "{account}");
    }

    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, 0);
    for secret in sheet.secrets() {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    let done = site.run(&["serve", "--listen", "127.0.0.1:0", "--demo"]);
    let line = done.expect_refused(1);
    let (named, remedy) = line.split_once(" is not empty, ").unwrap();
    assert!(named.starts_with("the database "), "{line}");
    assert_eq!(
        remedy,
        "and --demo fills an empty one only: leave --demo out, or name a new one with TWINLOCK_DATABASE_URL"
    );
    let mut server = site.serve();
    sheet.open_with_code(&server, "mia@example.com");
    server.terminate();
    let open = format!("Open http://localhost:{}", server.port);
    assert_eq!(server.line(), open);
    assert_eq!(
        server.line(),
        "",
        "no link for a first owner, nor the passwords again"
    );
}

#[test]
fn everybody_gets_in_as_their_state_allows() {
    let (site, mut standings) = (ProgramSite::new(), BTreeMap::new());
    let (server, text) = site.serve_demo();
    let sheet = Sheet::read(text);
    let mut codes_left = BTreeMap::new();
    for (email, [_, key, _]) in &sheet.people {
        let name = email.split('@').next().unwrap();
        if ["ivo", "dana", "lea"].contains(&name) {
            continue;
        }
        let mut browser = if key == "-" {
            sheet.open(&server, email)
        } else {
            sheet.open_with_code(&server, email)
        };
        standings.insert(name, browser.standing());
        let profile = browser.ask("profile/view").json();
        if profile["methods"]
            .as_array()
            .is_some_and(|methods| !methods.is_empty())
        {
            codes_left.insert(name, profile["codes_left"].as_u64().unwrap());
        }
    }
    let expected = [
        ("ada", "full"),
        ("finn", "full"),
        ("mia", "choose_account"),
        ("otto", "full"),
        ("sam", "set_up_only"),
        ("zoe", "full"),
    ];
    assert_eq!(
        standings,
        expected
            .map(|(name, standing)| (name, standing.to_owned()))
            .into()
    );
    assert_eq!(codes_left, [("ada", 10), ("finn", 2), ("zoe", 0)].into());

    let mut dana = HttpBrowser::new(&server);
    let refused = dana.sign_in_as("dana@example.com", &sheet.people["dana@example.com"][0]);
    assert_eq!(refused.kind(), "wrong_credentials");
    let invited = HttpBrowser::new(&server).call(
        "session/check_invitation",
        json!({ "token": sheet.invitation() }),
    );
    assert_eq!(
        invited.status_and_json(),
        (200, json!({ "email": "ivo@example.com" }))
    );
    let mut lea = sheet.open(&server, "lea@example.com");
    let refused = sheet.give_code(&mut lea, "lea@example.com").json();
    assert_eq!(refused, json!({ "kind": "locked", "tries": 10 }));
    let code = sheet.codes("lea@example.com")[0];
    let viewer = lea.give_backup_code(code).json();
    assert_eq!(
        (&viewer["codes_left"], &viewer["unlocked_after"]),
        (&json!(9), &json!(10))
    );
}

#[test]
fn an_account_is_enough_to_refuse() {
    let done = ProgramSite::with_account().run(&["serve", "--listen", "127.0.0.1:0", "--demo"]);
    let line = done.expect_refused(1);
    assert!(
        line.starts_with("the database ") && line.contains(" is not empty"),
        "{line}"
    );
}

/// RC8: behind a proxy, other people can reach a server that listens on this machine alone.
#[test]
fn others_behind_a_proxy_get_none() {
    for public_url in [
        "https://panel.example.com",
        "http://192.0.2.1:3000",
        "https://localhost.example.com",
    ] {
        let site = ProgramSite::new();
        let args = [
            "serve",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--public-url",
            public_url,
        ];
        let done = site.run(&args);
        let line = done.expect_refused(2);
        assert!(
            line.starts_with("TWINLOCK_PUBLIC_URL: the demo is for this machine only")
                && line.contains(public_url)
                && line.contains("http://localhost:3000"),
            "{line}"
        );
        assert_eq!(
            std::fs::read_dir(site.file("")).unwrap().count(),
            0,
            "nothing was written"
        );
    }
}

#[test]
fn others_on_the_network_get_none() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:3000"] {
        let site = ProgramSite::new();
        let done = site.run(&["serve", "--demo", "--listen", listen]);
        let line = done.expect_refused(2);
        assert!(
            line.starts_with("TWINLOCK_LISTEN: the demo is for this machine only")
                && line.contains("127.0.0.1:3000"),
            "{line}"
        );
        assert_eq!(
            std::fs::read_dir(site.file("")).unwrap().count(),
            0,
            "nothing was written"
        );
    }
}
