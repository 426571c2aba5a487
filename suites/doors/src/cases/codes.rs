//! Codes that open an application.

use testkit::http::HttpAnswer;

use crate::{
    case::{DoorCase, case},
    site::{COOKIE, DoorSite, NONCE, Visitor},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px16_a_code_opens_once),
        case!(px17_a_code_of_another_browser),
        case!(px18_a_code_of_another_application),
        case!(px19_a_code_that_is_too_old),
    ]
}

/// Expects the page that says so, which leads to no redirect and sets no session.
#[track_caller]
fn expect_refused(site: &DoorSite, visitor: &mut Visitor, host: &str, answer: &HttpAnswer) {
    assert_eq!(answer.status, 400, "{answer}");
    assert_eq!(answer.header("location"), "");
    assert!(
        answer.contains("This link has been used or is too old"),
        "{answer}"
    );
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(visitor.cookie(host, COOKIE), None);
    site.expect_outside(visitor, host);
}

fn px16_a_code_opens_once(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    let code = site.code_for(&mut visitor, "app", &site.path());
    let nonce = visitor.cookie("app", NONCE).unwrap().to_owned();
    let answer = visitor.navigate("app", &code);
    site.inside(&visitor.follow(&answer)).expect_person(&person);
    // The browser that has it is in already, such as after Back.
    let again = visitor.navigate("app", &code);
    assert_eq!(visitor.target(&again), ("app".to_owned(), "/".to_owned()));
    // A thief who has the nonce too.
    let mut thief = site.visitor();
    thief.set_cookie("app", NONCE, &nonce);
    let answer = thief.navigate("app", &code);
    expect_refused(site, &mut thief, "app", &answer);
}

fn px17_a_code_of_another_browser(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    let code = site.code_for(&mut visitor, "app", &site.path());
    let answer = site.visitor().navigate("app", &code);
    expect_refused(site, &mut site.visitor(), "app", &answer);
    // A browser with a nonce of its own: it would enter as someone else (login CSRF).
    let mut other = site.visitor();
    site.expect_outside(&mut other, "app");
    let answer = other.navigate("app", &code);
    expect_refused(site, &mut other, "app", &answer);
    // The right browser still may: a wrong one uses nothing up.
    let answer = visitor.navigate("app", &code);
    site.inside(&visitor.follow(&answer)).expect_person(&person);
}

fn px18_a_code_of_another_application(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    let code = site.code_for(&mut visitor, "app", &site.path());
    let nonce = visitor.cookie("app", NONCE).unwrap().to_owned();
    let mut other = site.visitor();
    other.set_cookie("wiki", NONCE, &nonce);
    let answer = other.navigate("wiki", &code);
    expect_refused(site, &mut other, "wiki", &answer);
    let answer = visitor.navigate("app", &code);
    site.inside(&visitor.follow(&answer)).expect_person(&person);
}

fn px19_a_code_that_is_too_old(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    let code = site.code_for(&mut visitor, "app", &site.path());
    site.site.clock.advance(61);
    let answer = visitor.navigate("app", &code);
    expect_refused(site, &mut visitor, "app", &answer);
    for damaged in [
        "",
        "?code",
        "?code=",
        "?code=x",
        "?code=x&code=y",
        "?other=x",
    ] {
        let answer = visitor.navigate("app", &format!("/.twinlock/open{damaged}"));
        expect_refused(site, &mut visitor, "app", &answer);
    }
    site.enter(&mut visitor, "app").expect_person(&person);
}
