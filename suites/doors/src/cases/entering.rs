//! Entering an application, and what it gets.

use serde_json::json;

use crate::{
    case::{DoorCase, case},
    site::{Assertion, COOKIE, DoorSite, NAVIGATION, NONCE, SCRIPT},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px1_a_page_goes_to_the_sign_in),
        case!(px2_a_script_gets_401),
        case!(px3_a_post_does_not_arrive),
        case!(px4_head_is_judged_like_get),
        case!(px5_a_person_arrives_where_they_wanted),
        case!(px6_the_assertion_can_be_checked),
        case!(px32_two_tabs_both_arrive),
    ]
}

fn px1_a_page_goes_to_the_sign_in(site: &mut DoorSite) {
    let mut visitor = site.visitor();
    let path = site.path();
    let answer = visitor.navigate("app", &format!("{path}?a=b&c=%2F"));
    let (host, open) = visitor.target(&answer);
    assert_eq!(host, "panel");
    let target = format!("to=%2F{}%3Fa%3Db%26c%3D%252F", &path[1..]);
    assert!(open.contains(&target), "{target} in {open}");
    assert!(open.contains("&state="), "{open}");
    assert!(answer.header("cache-control").contains("no-store"));
    let cookies = answer.cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    for part in [
        NONCE,
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=600",
    ] {
        assert!(cookies[0].contains(part), "{part} in {}", cookies[0]);
    }
    assert!(!cookies[0].contains("Domain"), "{}", cookies[0]);
    // A browser that has a nonce keeps it, so that a second tab does not break the first.
    let nonce = visitor.cookie("app", NONCE).unwrap().to_owned();
    let again = visitor.navigate("app", &path);
    assert_eq!(again.status, 302);
    assert_eq!(visitor.cookie("app", NONCE), Some(nonce.as_str()));
    assert!(!site.echo.has_seen(&path));
    // A browser of before 2020 sends no Sec-Fetch header.
    let old = site
        .visitor()
        .request("app", "GET", &path, &NAVIGATION[..1], "");
    assert_eq!(old.status, 302, "{old}");
    // The page of the sign-in opens without a session.
    let page = visitor.follow(&answer);
    assert_eq!(page.status, 200, "{page}");
}

fn px2_a_script_gets_401(site: &mut DoorSite) {
    let path = site.path();
    for headers in [&SCRIPT[..], &[("Accept", "application/json")], &[]] {
        let answer = site.visitor().request("app", "GET", &path, headers, "");
        assert_eq!(answer.status, 401, "{answer}");
        assert_eq!(answer.header("location"), "", "{headers:?}");
        assert_eq!(answer.cookies(), [""; 0], "{headers:?}");
        assert!(answer.header("cache-control").contains("no-store"));
        let expected = json!({
            "error": "signed_out",
            "sign_in": format!("{}/", site.origin("app")),
        });
        assert_eq!(answer.json(), expected);
    }
    assert!(!site.echo.has_seen(&path));
}

fn px3_a_post_does_not_arrive(site: &mut DoorSite) {
    let path = site.path();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = site
            .visitor()
            .request("app", method, &path, &SCRIPT, "body");
        assert_eq!(answer.status, 401, "{method}: {answer}");
    }
    // A form leads to the sign-in and to the start of the application after it: the form is lost.
    let mut visitor = site.visitor();
    let answer = visitor.request("app", "POST", &path, &NAVIGATION, "a=b");
    let (host, open) = visitor.target(&answer);
    assert_eq!(host, "panel");
    assert!(open.contains("&to=%2F&"), "{open}");
    assert!(!site.echo.has_seen(&path));
}

fn px4_head_is_judged_like_get(site: &mut DoorSite) {
    let path = site.path();
    let mut visitor = site.visitor();
    let answer = visitor.request("app", "HEAD", &path, &NAVIGATION, "");
    assert_eq!(answer.status, 302, "{answer}");
    let answer = visitor.request("app", "HEAD", &path, &SCRIPT, "");
    assert_eq!(answer.status, 401, "{answer}");
    assert!(!site.echo.has_seen(&path));
    let (_, _, mut visitor) = site.person_inside();
    let answer = visitor.request("app", "HEAD", &path, &SCRIPT, "");
    assert_eq!(answer.status, 200, "{answer}");
    assert!(site.echo.has_seen(&path));
}

fn px5_a_person_arrives_where_they_wanted(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    let received = site.enter(&mut visitor, "app");
    received.expect_person(&person);
    assert_eq!(received.value("remote-name"), "Somebody");
    assert_eq!(received.value("remote-groups"), "Example Ltd:member");
    assert_eq!(received.value("twinlock-role"), "member");
    assert_eq!(received.value("twinlock-mfa"), "no");
    // The nonce is used up; the session stays in this browser.
    assert_eq!(visitor.cookie("app", NONCE), None);
    assert!(visitor.cookie("app", COOKIE).is_some());
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
    // A body arrives whole, although Twinlock was asked before.
    let body = "x".repeat(20_000);
    let path = site.path();
    let answer = visitor.request("app", "POST", &path, &SCRIPT, &body);
    let received = site.inside(&answer);
    assert_eq!(
        (received.text("method"), received.text("path")),
        ("POST", path.as_str())
    );
    assert_eq!(received.text("body"), body);
    received.expect_person(&person);
    // The second application needs no further sign-in, and has a session of its own.
    let received = site.enter(&mut visitor, "wiki");
    received.expect_person(&person);
    assert_ne!(
        visitor.cookie("app", COOKIE),
        visitor.cookie("wiki", COOKIE)
    );
    // The session of one application opens no other.
    let mut thief = site.visitor();
    thief.set_cookie("wiki", COOKIE, visitor.cookie("app", COOKIE).unwrap());
    site.expect_outside(&mut thief, "wiki");
}

fn px6_the_assertion_can_be_checked(site: &mut DoorSite) {
    let person = site.person();
    let enrolled = site.site.enrol(&person);
    let mut visitor = site.visitor_with(&enrolled.browser);
    let received = site.enter(&mut visitor, "app");
    assert_eq!(received.value("twinlock-mfa"), "yes");
    let keys = visitor.request("panel", "GET", "/.well-known/jwks.json", &SCRIPT, "");
    let assertion = Assertion::check(received.value("twinlock-assertion"), &keys.expect_ok());
    assert_eq!(assertion.header["alg"], "ES256");
    let claims = &assertion.claims;
    assert_eq!(claims["iss"], site.origin("panel"));
    assert_eq!(claims["aud"], site.origin("app"));
    assert_eq!(claims["email"], person.email);
    assert_eq!(claims["role"], "member");
    assert_eq!(claims["mfa"], true);
    assert_eq!(claims["account"], received.value("twinlock-account"));
    let issued = claims["iat"].as_i64().unwrap();
    assert_eq!(claims["exp"], issued + 60);
    let age = site.site.clock.now() / 1000 - issued;
    assert!((-1..=30).contains(&age), "{age} s old");
    for key in ["d", "k"] {
        assert!(
            !keys.text().contains(&format!("\"{key}\"")),
            "a secret part"
        );
    }
    // Another application has another audience.
    let other = site.enter(&mut visitor, "wiki");
    let other = Assertion::check(other.value("twinlock-assertion"), &keys.json());
    assert_eq!(other.claims["aud"], site.origin("wiki"));
    assert_ne!(other.claims["sid"], claims["sid"]);
}

fn px32_two_tabs_both_arrive(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    let (first, second) = (site.path(), site.path());
    // Both leave with one nonce, and come back one after the other.
    let one = site.code_for(&mut visitor, "app", &first);
    let other = site.code_for(&mut visitor, "app", &second);
    let answer = visitor.navigate("app", &one);
    site.inside(&visitor.follow(&answer)).expect_person(&person);
    let answer = visitor.navigate("app", &other);
    assert_eq!(answer.status, 302, "{answer}");
    site.inside(&visitor.follow(&answer)).expect_person(&person);
}
