//! Twinlock or its database fails: nothing arrives.

use std::process::Command;

use testkit::process::signal;

use crate::{
    case::{DoorCase, case},
    site::{DoorSite, SCRIPT, Visitor},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(own px28_twinlock_is_down),
        case!(own px29_the_database_fails),
    ]
}

/// Expects that neither a stranger nor a person inside reaches the application, and that a public
/// path still works.
fn expect_closed(site: &DoorSite, inside: &mut Visitor) {
    let path = site.path();
    for visitor in [&mut site.visitor(), inside] {
        for method in ["GET", "POST"] {
            let answer = visitor.request("app", method, &path, &SCRIPT, "");
            assert!(answer.status >= 500, "{method}: {answer}");
        }
        let page = visitor.navigate("app", &path);
        assert!(page.status >= 500, "{page}");
    }
    assert!(!site.echo.has_seen(&path));
    let path = format!("/public{path}");
    site.inside(&inside.request("app", "GET", &path, &SCRIPT, ""))
        .expect_nobody();
}

fn px28_twinlock_is_down(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    // It does not answer: the proxy waits for ten seconds.
    let process = site.site.process();
    signal(process, "-STOP");
    let path = site.path();
    let answer = visitor.request("app", "GET", &path, &SCRIPT, "");
    signal(process, "-CONT");
    assert!(answer.status >= 500, "{answer}");
    assert!(!site.echo.has_seen(&path));
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
    site.site.kill();
    expect_closed(site, &mut visitor);
    site.site.start();
    site.start_proxy();
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
}

fn px29_the_database_fails(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let database = site.site.folder().join("twinlock.db");
    assert!(database.exists(), "{}", database.display());
    let sql = |statement: &str| {
        let mut command = Command::new("sqlite3");
        let output = command.arg(&database).arg(statement).output();
        let output = output.expect("sqlite3 is missing: apt-get install sqlite3");
        assert!(output.status.success(), "{output:?}");
    };
    sql("ALTER TABLE application_sessions RENAME TO gone");
    let path = site.path();
    for headers in [&SCRIPT[..], &crate::site::NAVIGATION] {
        let answer = visitor.request("app", "GET", &path, headers, "");
        assert!(answer.status >= 500, "{answer}");
    }
    assert!(!site.echo.has_seen(&path));
    sql("ALTER TABLE gone RENAME TO application_sessions");
    site.expect_inside(&mut visitor, "app")
        .expect_person(&person);
}
