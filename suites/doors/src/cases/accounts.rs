//! Who is let in: by the standing of the session, by account, and by the application's demand.

use crate::{
    case::{DoorCase, case},
    site::DoorSite,
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px7_without_the_second_factor_no_one_enters),
        case!(px8_without_the_forced_set_up_no_one_enters),
        case!(px9_another_account_does_not_enter),
        case!(px10_an_application_that_demands_mfa),
    ]
}

/// Goes to the portal, and expects no code.
#[track_caller]
fn expect_no_code(site: &DoorSite, visitor: &mut crate::site::Visitor, host: &str) {
    let path = site.path();
    let to_portal = visitor.navigate(host, &path);
    let answer = visitor.follow(&to_portal);
    assert!(!matches!(answer.status, 301..=308), "{answer}");
    assert_eq!(answer.header("location"), "", "{answer}");
    assert!(!site.echo.has_seen(&path));
    site.expect_outside(visitor, host);
}

fn px7_without_the_second_factor_no_one_enters(site: &mut DoorSite) {
    let person = site.person();
    let enrolled = site.site.enrol(&person);
    let mut half = enrolled.half(&site.site);
    let mut visitor = site.visitor_with(&half);
    expect_no_code(site, &mut visitor, "app");
    site.site.clock.next_step();
    half.give_code(&enrolled.code(&site.site)).expect_ok();
    let mut visitor = site.visitor_with(&half);
    site.enter(&mut visitor, "app").expect_person(&person);
}

fn px8_without_the_forced_set_up_no_one_enters(site: &mut DoorSite) {
    site.add_account("Strict Ltd");
    let person = site.person_of("Strict Ltd");
    let (mut browser, mut visitor) = site.signed_in(&person);
    site.enter(&mut visitor, "app").expect_person(&person);
    site.site.require_mfa("Strict Ltd");
    // The rule holds for sessions that are open.
    expect_no_code(site, &mut visitor, "app");
    site.site.clock.next_step();
    let set_up = browser.set_up_mfa(site.site.clock.now());
    browser.save_codes(&set_up);
    let mut visitor = site.visitor_with(&browser);
    let received = site.enter(&mut visitor, "app");
    assert_eq!(received.value("twinlock-mfa"), "yes");
}

fn px9_another_account_does_not_enter(site: &mut DoorSite) {
    site.add_account("Wiki Ltd");
    site.operate(&["app", "edit", "Wiki", "--account", "Wiki Ltd"]);
    let (person, _, mut visitor) = site.person_inside();
    expect_no_code(site, &mut visitor, "wiki");
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
    let member = site.person_of("Wiki Ltd");
    let (_, mut inside) = site.signed_in(&member);
    site.enter(&mut inside, "wiki").expect_person(&member);
    // An edit holds at the next request.
    site.operate(&["app", "edit", "Wiki", "--account", "Example Ltd"]);
    site.expect_outside(&mut inside, "wiki");
    site.operate(&["app", "edit", "Wiki", "--everyone"]);
}

fn px10_an_application_that_demands_mfa(site: &mut DoorSite) {
    let person = site.person();
    let (_, mut visitor) = site.signed_in(&person);
    site.enter(&mut visitor, "wiki").expect_person(&person);
    site.operate(&["app", "edit", "Wiki", "--mfa", "always"]);
    expect_no_code(site, &mut visitor, "wiki");
    let enrolled = site.site.enrol(&person);
    let mut visitor = site.visitor_with(&enrolled.browser);
    let received = site.enter(&mut visitor, "wiki");
    assert_eq!(received.value("twinlock-mfa"), "yes");
    site.operate(&["app", "edit", "Wiki", "--mfa", "account"]);
}
