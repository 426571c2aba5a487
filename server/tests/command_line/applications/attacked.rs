//! `twinlock doctor --app` against a proxy that does right, and against each fault.

use rstest::rstest;
use serde_json::json;

use super::{
    add,
    front::{Fault, Front},
};
use crate::support::program::{Done, ProgramSite};

/// Registers the application of a proxy, and attacks it.
fn attack(front: &Front, fault: Fault, more: &[&str]) -> Done {
    let site = ProgramSite::with_database();
    let added = add(&site, "App", &front.app());
    front.answer(added["id"].as_str().unwrap(), fault);
    let (app, panel, ca) = (front.app(), front.panel(), front.ca());
    let args = [
        "doctor",
        "--app",
        &app,
        "--public-url",
        &panel,
        "--ca",
        ca.to_str().unwrap(),
    ];
    site.run(&[&args, more].concat())
}

#[test]
fn a_proxy_that_does_right_passes() {
    let done = attack(&Front::new(), Fault::None, &[]);
    assert_eq!(
        done.expect_done(),
        "registered  ok\ndns         ok\ntcp         ok\ntls         ok\npage        ok\n\
         script      ok\nform        ok\nidentity    ok\nforwarded   ok\ncookie      ok\n\
         upgrade     ok\nopen        ok\npanel       ok"
    );
    let json = attack(&Front::new(), Fault::None, &["--json"]).expect_json();
    assert_eq!(json["panel"], "ok");
    assert_eq!(json.as_object().unwrap().len(), 13, "{json}");
}

#[test]
fn a_proxy_that_lets_everyone_in_fails() {
    let done = attack(&Front::new(), Fault::LetsEveryoneIn, &[]);
    let (found, line) = done.expect_failed(1);
    assert_eq!(
        line,
        "9 of 13 checks failed: page, script, form, identity, forwarded, cookie, upgrade, open, panel"
    );
    assert!(
        found.contains("\npage        FAILED: the answer is 200: the application was asked without Twinlock: put the recipe's directive on the whole host\n"),
        "{found}"
    );
}

#[rstest]
#[case(
    Fault::LetsScriptsIn,
    "script, upgrade, panel",
    "script      FAILED: the answer is 200: the application was asked without Twinlock"
)]
#[case(
    Fault::LetsFormsIn,
    "form",
    "form        FAILED: with a POST, the answer is 200"
)]
#[case(
    Fault::RedirectsScripts,
    "script, form",
    "script      FAILED: the answer is 302: a script is redirected"
)]
#[case(
    Fault::BelievesHeader("remote-user"),
    "identity",
    "with a forged `Remote-User`, the answer is 200"
)]
#[case(
    Fault::BelievesHeader("remote_user"),
    "identity",
    "with a forged `Remote_User`, the answer is 200"
)]
#[case(
    Fault::BelievesHeader("remote.user"),
    "identity",
    "with a forged `Remote.User`, the answer is 200"
)]
#[case(
    Fault::BelievesHeader("twinlock-assertion"),
    "identity",
    "with a forged `Remote-User`, the answer is 200"
)]
#[case(
    Fault::BelievesHeader("x-original-method"),
    "forwarded, panel",
    "with a forged `X-Original-Method`, the answer is 200"
)]
#[case(
    Fault::PassesUriOn,
    "forwarded",
    "with a forged `X-Forwarded-Uri`, it would lead to another page"
)]
#[case(
    Fault::LetsAnyCookieIn,
    "cookie",
    "with an unknown cookie, the answer is 200"
)]
#[case(Fault::Upgrades, "upgrade", "with `Upgrade: h2c`, the answer is 101")]
#[case(
    Fault::OpensByTheApplication,
    "open",
    "/.twinlock/open is answered with 404 and not by Twinlock"
)]
#[case(
    Fault::PanelAnswers,
    "panel",
    "/door/forward-auth is answered with 200: refuse /door/forward-auth"
)]
#[case(
    Fault::NoRedirect,
    "page, cookie",
    "Twinlock refused, but no redirect to the sign-in follows"
)]
#[case(
    Fault::AnotherPortal,
    "page, identity, forwarded, cookie, upgrade",
    "give doctor the one that the server has"
)]
fn each_fault_fails_its_check_with_a_remedy(
    #[case] fault: Fault,
    #[case] failed: &str,
    #[case] words: &str,
) {
    let done = attack(&Front::new(), fault, &[]);
    let (found, line) = done.expect_failed(1);
    assert!(found.contains(words), "{found}");
    let count = failed.split(", ").count();
    assert_eq!(
        line,
        format!("{count} of 13 checks failed: {failed}"),
        "{found}"
    );
}

/// Attacks would be refused for the same reason, and prove nothing.
#[rstest]
#[case(Fault::NoTwinlock, "the answer is 502: the proxy reached no Twinlock")]
#[case(
    Fault::NotTrusted,
    "put the proxy's address into TWINLOCK_TRUSTED_PROXIES"
)]
fn a_proxy_that_refuses_everything_is_not_attacked(#[case] fault: Fault, #[case] words: &str) {
    let done = attack(&Front::new(), fault, &[]);
    let (found, line) = done.expect_failed(1);
    assert!(found.contains(words), "{found}");
    assert_eq!(line, "1 of 6 checks failed: page", "{found}");
}

#[test]
fn scripts_get_the_remedies_too() {
    let done = attack(&Front::new(), Fault::LetsAnyCookieIn, &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(done.code, 1);
    assert_eq!(json["cookie"], "FAILED");
    assert_eq!(json["error"], "1 of 13 checks failed: cookie");
    let remedies = json["remedies"].as_object().unwrap();
    assert_eq!(remedies.keys().collect::<Vec<_>>(), ["cookie"]);
    assert_eq!(json["page"], json!("ok"));
}
