//! RB1 to RB3: how strangers can affect all users.

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{
        EnrolledPerson, HttpBrowser, OperatorCommands, PASSWORD, TestSite, accepted, at_once,
    },
};

/// Trusts this machine as a proxy, so that one program can act as many hosts.
const BEHIND_A_PROXY: [(&str, &str); 1] = [("TWINLOCK_TRUSTED_PROXIES", "127.0.0.0/8")];
const WRONG: &str = "a password that is nobody's";

fn from(browser: HttpBrowser, address: &str) -> HttpBrowser {
    browser.with_header("X-Forwarded-For", address)
}

/// Returns a browser that is known to the user, and signed out.
fn known_browser(site: &TestSite, ada: &EnrolledPerson) -> HttpBrowser {
    let mut browser = ada.sign_in(site);
    browser.ask("session/sign_out").expect_ok();
    browser
}

/// Returns the number of security events.
fn events(site: &TestSite) -> usize {
    let done = site.cli(&["events", "--export"]);
    done.expect_done().lines().count()
}

pub fn rb1_an_address_over_its_limit(effort: Effort) -> AttackOutcome {
    let mut settings = BEHIND_A_PROXY.to_vec();
    settings.push(("TWINLOCK_ADDRESS_LIMIT", "5"));
    let site = TestSite::with_settings(&settings);
    let ada = site.enrolled_ada();
    let mut mine = known_browser(&site, &ada);
    let host = |number: usize| from(site.browser(), &format!("2001:db8:1:{number:x}::1"));
    let one = || from(site.browser(), "198.51.100.66");
    for number in 0..5 {
        one()
            .sign_in_as(&format!("p{number}@example.com"), WRONG)
            .expect_refused(401, "wrong_credentials");
    }
    let before = events(&site);
    let count = effort.of(60, 600);
    for number in 0..count {
        one()
            .sign_in_as(&format!("q{number}@example.com"), WRONG)
            .expect_refused(429, "too_many");
    }
    assert!(events(&site) <= before + 2, "one row a minute");
    // Against concurrent requests of hosts in one /48, the known browser is never refused for lack
    // of a place.
    let hostile = (0..32).map(|number| {
        let typed = json!({ "email": format!("r{number}@example.com"), "password": WRONG });
        (host(number), "session/sign_in", typed)
    });
    let answers = at_once(hostile.collect());
    assert_eq!(accepted(&answers), 0);
    mine.sign_in(&ada.person).expect_ok();
    refused(
        count + 32,
        "an address over its limit, and a /48 of hosts at once: answered from memory, two event rows at most, a known browser signs in",
    )
}

pub fn rb2_rows_of_a_network_of_hosts(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_settings(&BEHIND_A_PROXY);
    let before = events(&site);
    let count = effort.of(150, 2_000);
    let dead = json!({ "token": "A".repeat(43) });
    for number in 0..count {
        let address = format!("2001:db8:2:{number:x}::1");
        from(site.browser(), &address)
            .call("session/check_invitation", dead.clone())
            .expect_refused(404, "link_dead");
    }
    let made = events(&site) - before;
    // Twenty a minute get their own row, over at most two minutes of the clock here, and one row a
    // minute counts the rest.
    let most = 20 * (2 + count / 500);
    assert!(made <= most, "{made} rows for {count} requests");
    refused(
        count,
        "dead links from a new /64 each time: 20 event rows a minute and 200 an hour, the rest merged",
    )
}

pub fn rb3_a_name_under_siege(_: Effort) -> AttackOutcome {
    let site = TestSite::with_settings(&BEHIND_A_PROXY);
    let eve = site.add_user("eve@example.com", "Example Ltd", "member");
    let attacker = || from(site.browser(), "198.51.100.66");
    for _ in 0..5 {
        attacker()
            .sign_in_as(&eve.email, WRONG)
            .expect_refused(401, "wrong_credentials");
    }
    for password in [WRONG, PASSWORD] {
        attacker()
            .sign_in_as(&eve.email, password)
            .expect_refused(429, "too_many");
    }
    // The user has no known browser and uses another network.
    let mut hers = from(site.browser(), "203.0.113.9");
    hers.sign_in(&eve).expect_ok();
    hers.ask("session/sign_out").expect_ok();
    // With the password of a user without MFA, 25 sign-ins must not evict a browser that was known
    // before.
    for number in 0..25_u8 {
        let mut theirs = from(site.browser(), &format!("2001:db8:3:{number:x}::1"));
        theirs.sign_in(&eve).expect_ok();
        site.clock.advance(60);
    }
    for _ in 0..6 {
        let answer = attacker().sign_in_as(&eve.email, WRONG);
        assert!([401, 429].contains(&answer.status), "{}", answer.text());
    }
    hers.sign_in(&eve).expect_ok();
    as_wanted(
        38,
        "an email whose delay never ends: a new browser elsewhere gets in at once, and 25 sign-ins by the password leave the browser known",
    )
}
