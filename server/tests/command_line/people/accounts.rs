//! `twinlock account` and `twinlock migrate`.

use serde_json::json;

use crate::support::program::ProgramSite;

#[test]
fn an_account_is_added_and_listed() {
    let site = ProgramSite::with_database();
    assert_eq!(
        site.run(&["account", "list"]).expect_done(),
        "There are no accounts. Add one with `twinlock account add NAME`."
    );
    assert_eq!(
        site.run(&["account", "list", "--json"]).expect_json(),
        json!([])
    );
    assert_eq!(
        site.run(&["account", "add", " Example Ltd "]).expect_done(),
        "Account `Example Ltd` added."
    );
    assert_eq!(
        site.run(&["account", "list"]).expect_done(),
        "Example Ltd: 0 members, MFA optional"
    );

    let added = site
        .run(&["--json", "account", "add", "Acme"])
        .expect_json();
    assert_eq!(added["name"], "Acme");
    let listed = site.run(&["account", "list", "--json"]).expect_json();
    assert_eq!(
        listed[0],
        json!({ "id": added["id"], "name": "Acme", "members": 0, "requires_mfa": false })
    );
    assert_eq!(listed[1]["name"], "Example Ltd");
}

#[test]
fn a_taken_name_is_refused_whatever_its_case() {
    let site = ProgramSite::with_account();
    let done = site.run(&["account", "add", "EXAMPLE LTD"]);
    assert!(
        done.expect_refused(1)
            .starts_with("there is an account `Example Ltd` already")
    );
}

#[test]
fn what_can_be_no_name_is_refused() {
    let site = ProgramSite::with_database();
    let done = site.run(&["account", "add", "  "]);
    assert_eq!(
        done.expect_refused(1),
        "`  ` is not a name for an account: enter a name"
    );
    let done = site.run(&["account", "add", "a\nb"]);
    assert_eq!(
        done.expect_refused(1),
        "`a\\nb` is not a name for an account: leave out U+000A (control character), which shows nothing"
    );
}

#[test]
fn migrate_says_what_it_made_and_can_be_repeated() {
    let site = ProgramSite::new();
    for _ in 0..2 {
        assert_eq!(
            site.run(&["migrate"]).expect_done(),
            "twinlock.db is up to date; its key file is twinlock.db.key."
        );
    }
    let json = site.run(&["migrate", "--json"]).expect_json();
    assert_eq!(
        json,
        json!({ "database": "twinlock.db", "key_file": "twinlock.db.key" })
    );
}
