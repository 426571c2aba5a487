//! What ends a session in an application.

use testkit::site::EnrolledPerson;

use crate::{
    case::{DoorCase, case},
    site::{COOKIE, DoorSite, NONCE},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px21_the_sign_out_of_twinlock),
        case!(px22_a_disabled_person),
        case!(px23_a_reset_of_mfa),
        case!(px24_a_member_who_left_and_came_back),
        case!(px25_a_switch_of_the_account),
        case!(px26_a_removed_application),
        case!(px27_a_damaged_cookie),
    ]
}

fn px21_the_sign_out_of_twinlock(site: &mut DoorSite) {
    let (_, mut browser, mut visitor) = site.person_inside();
    site.enter(&mut visitor, "wiki");
    // A code that was drawn before dies too.
    let mut late = visitor.clone();
    late.forget("app");
    let code = site.code_for(&mut late, "app", &site.path());
    browser.ask("session/sign_out").expect_ok();
    site.expect_outside(&mut visitor, "app");
    site.expect_outside(&mut visitor, "wiki");
    let answer = late.navigate("app", &code);
    assert_eq!(answer.status, 400, "{answer}");
}

fn px22_a_disabled_person(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    site.operate(&["user", "disable", &person.email]);
    site.expect_outside(&mut visitor, "app");
    site.operate(&["user", "enable", &person.email]);
    site.expect_outside(&mut visitor, "app");
    let (_, mut again) = site.signed_in(&person);
    site.enter(&mut again, "app").expect_person(&person);
}

fn px23_a_reset_of_mfa(site: &mut DoorSite) {
    let person = site.person();
    let EnrolledPerson { browser, .. } = site.site.enrol(&person);
    let mut visitor = site.visitor_with(&browser);
    site.enter(&mut visitor, "app").expect_person(&person);
    site.operate(&["user", "reset-mfa", &person.email]);
    site.expect_outside(&mut visitor, "app");
}

fn px24_a_member_who_left_and_came_back(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let mut late = visitor.clone();
    late.forget("app");
    let code = site.code_for(&mut late, "app", &site.path());
    site.operate(&["member", "remove", &person.email, "Example Ltd"]);
    site.expect_outside(&mut visitor, "app");
    site.operate(&[
        "member",
        "add",
        &person.email,
        "Example Ltd",
        "--role",
        "member",
    ]);
    site.expect_outside(&mut visitor, "app");
    let answer = late.navigate("app", &code);
    assert_eq!(answer.status, 400, "{answer}");
}

fn px25_a_switch_of_the_account(site: &mut DoorSite) {
    site.add_account("Second Ltd");
    let person = site.person();
    site.operate(&[
        "member",
        "add",
        &person.email,
        "Second Ltd",
        "--role",
        "member",
    ]);
    let (mut browser, _) = site.signed_in(&person);
    site.choose_account(&mut browser, "Example Ltd");
    let mut visitor = site.visitor_with(&browser);
    let first = site.enter(&mut visitor, "app");
    assert_eq!(first.value("remote-groups"), "Example Ltd:member");
    site.choose_account(&mut browser, "Second Ltd");
    let mut switched = site.visitor_with(&browser);
    for name in [COOKIE, NONCE] {
        if let Some(value) = visitor.cookie("app", name) {
            switched.set_cookie("app", name, value);
        }
    }
    site.expect_outside(&mut switched, "app");
    let second = site.enter(&mut switched, "app");
    assert_eq!(second.value("remote-groups"), "Second Ltd:member");
    assert_ne!(
        second.value("twinlock-account"),
        first.value("twinlock-account")
    );
}

fn px26_a_removed_application(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    site.enter(&mut visitor, "wiki").expect_person(&person);
    site.operate(&["app", "remove", "Wiki"]);
    let path = site.path();
    let answer = visitor.navigate("wiki", &path);
    // nginx says 500 where a verifier answers neither 2xx, 401 nor 403.
    assert!(matches!(answer.status, 403 | 500), "{answer}");
    assert!(!site.echo.has_seen(&path));
    site.operate(&["app", "add", "Wiki", "--url", &site.origin("wiki")]);
    site.expect_outside(&mut visitor, "wiki");
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
}

fn px27_a_damaged_cookie(site: &mut DoorSite) {
    let (_, _, visitor) = site.person_inside();
    let (_, _, other) = site.person_inside();
    let token = visitor.cookie("app", COOKIE).unwrap();
    let second = other.cookie("app", COOKIE).unwrap();
    let mut flipped = token.to_owned().into_bytes();
    flipped[3] = if flipped[3] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let path = site.path();
    for cookie in [
        format!("{COOKIE}="),
        COOKIE.to_owned(),
        format!("{COOKIE}=\"\""),
        format!("{COOKIE}={flipped}"),
        format!("{COOKIE}={}", &token[1..]),
        format!("{COOKIE}={token}A"),
        format!("{COOKIE}={token}="),
        format!("{COOKIE}={token}{token}"),
        format!("{COOKIE}={token}; {COOKIE}={second}"),
        format!("{COOKIE}={token}; {COOKIE}=x"),
        format!("__host-twinlock-app={token}"),
        format!("twinlock-app={token}"),
        format!("{COOKIE}%3D{token}"),
        format!("{COOKIE}={}", "x".repeat(3000)),
        format!("__Host-twinlock={token}"),
    ] {
        let headers = [("Accept", "*/*"), ("Cookie", cookie.as_str())];
        let answer = site.visitor().request("app", "GET", &path, &headers, "");
        assert!(matches!(answer.status, 400 | 401), "{cookie}: {answer}");
    }
    assert!(!site.echo.has_seen(&path));
}
