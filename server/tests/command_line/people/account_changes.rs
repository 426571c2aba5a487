//! `twinlock account rename`, `remove` and `require-mfa`.

use rstest::rstest;
use serde_json::json;

use crate::support::{
    browser::{now, signed_in},
    people::PASSWORD,
    program::ProgramSite,
};

/// Returns the id of an account by its position in the list.
fn id(site: &ProgramSite, number: usize) -> String {
    let listed = site.run(&["account", "list", "--json"]).expect_json();
    listed[number]["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_account_gets_another_name() {
    let site = ProgramSite::with_owner();
    assert_eq!(
        site.run(&["account", "rename", "example LTD", "Example Group"])
            .expect_done(),
        "Account `Example Ltd` is called `Example Group` now."
    );
    // A change of case of the same name does not collide with another account.
    let json = site
        .run(&[
            "account",
            "rename",
            "Example Group",
            "EXAMPLE group",
            "--json",
        ])
        .expect_json();
    assert_eq!(
        json,
        json!({ "id": json["id"], "name": "EXAMPLE group", "old_name": "Example Group" })
    );
    assert!(
        site.user_line("ada@example.com")
            .contains("owner of `EXAMPLE group`")
    );
}

#[test]
fn an_account_goes_and_its_members_stay_as_users() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    let id = id(&site, 1);
    assert_eq!(
        site.run(&["account", "remove", "Example Ltd"])
            .expect_done(),
        format!(
            "Account `Example Ltd` removed: 2 members belonged to it, and stay as users.\n\
         Earlier security events name it by its id: {id}\n\
         These commands bring it back:\n\
         twinlock account add 'Example Ltd'\n\
         twinlock member add ada@example.com 'Example Ltd' --role owner\n\
         twinlock member add max@example.com 'Example Ltd' --role member"
        )
    );
    assert!(
        site.user_line("ada@example.com")
            .contains("(Somebody): in no account")
    );
    assert_eq!(
        browser.ask("profile/view").json()["accounts"],
        json!([]),
        "a running server knows at once"
    );

    let json = site
        .run(&["account", "remove", "acme", "--json"])
        .expect_json();
    assert_eq!(
        json,
        json!({ "id": json["id"], "name": "Acme", "members": 0, "belonged": [] })
    );
    assert_eq!(
        site.run(&["account", "list", "--json"]).expect_json(),
        json!([])
    );
}

#[test]
fn the_words_fit_the_number_of_members() {
    let site = ProgramSite::with_owner();
    let [acme, example] = [0, 1].map(|place_in_list| id(&site, place_in_list));
    assert_eq!(
        site.run(&["account", "remove", "Example Ltd"])
            .expect_done(),
        format!(
            "Account `Example Ltd` removed: 1 member belonged to it, and stays as a user.\n\
         Earlier security events name it by its id: {example}\n\
         These commands bring it back:\n\
         twinlock account add 'Example Ltd'\n\
         twinlock member add ada@example.com 'Example Ltd' --role owner"
        )
    );
    assert_eq!(
        site.run(&["account", "remove", "Acme"]).expect_done(),
        format!(
            "Account `Acme` removed: it had no members.\n\
         Earlier security events name it by its id: {acme}\n\
         This command brings it back:\n\
         twinlock account add Acme"
        )
    );
}

#[rstest]
#[case(&["account", "rename", "Nobody's", "Other"], "there is no account `Nobody's`: there are `Acme`, `Example Ltd`")]
#[case(&["account", "rename", "Acme", "example ltd"], "there is an account `Example Ltd` already; ")]
#[case(&["account", "rename", "Acme", " "], "` ` is not a name for an account: ")]
#[case(&["account", "remove", "Nobody's"], "there is no account `Nobody's`: ")]
#[case(&["account", "require-mfa", "Nobody's", "on"], "there is no account `Nobody's`: ")]
fn refusals_say_why(#[case] args: &[&str], #[case] reason: &str) {
    let site = ProgramSite::with_account();
    site.run(&["account", "add", "Acme"]).expect_done();
    let done = site.run(args);
    let line = done.expect_refused(1);
    assert!(line.starts_with(reason), "{line}");
}

#[test]
fn the_rule_says_whom_it_concerns_and_may_be_repeated() {
    let site = ProgramSite::with_member();
    let require = |account: &str, rule: &str| {
        let done = site.run(&["account", "require-mfa", account, rule]);
        done.expect_done().to_owned()
    };
    let effect = "2 of 2 members have none yet and set it up when they next open this account.";
    assert_eq!(
        require("example ltd", "off"),
        "Account `Example Ltd` does not require MFA anyway: no member has it."
    );
    assert_eq!(
        require("example ltd", "on"),
        format!("Account `Example Ltd` requires MFA now: {effect}")
    );
    assert_eq!(
        require("Example Ltd", "on"),
        format!("Account `Example Ltd` requires MFA already: {effect}")
    );
    assert_eq!(
        require("Acme", "on"),
        "Account `Acme` requires MFA now: it has no members yet."
    );
    assert_eq!(
        require("Example Ltd", "off"),
        "Account `Example Ltd` does not require MFA any more: no member has it."
    );
    let json = site
        .run(&["account", "require-mfa", "Acme", "on", "--json"])
        .expect_json();
    let expected = json!({
        "id": json["id"], "name": "Acme", "requires_mfa": true, "changed": false, "members": 0, "without_mfa": 0,
    });
    assert_eq!(json, expected);
}

#[test]
fn the_rule_holds_at_once_for_whoever_is_signed_in() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    let mut browser = signed_in(&server, "max@example.com", PASSWORD);
    assert_eq!(browser.standing(), "full");
    let rule = |rule: &str| {
        let done = site.run(&["account", "require-mfa", "Example Ltd", rule]);
        done.expect_done().to_owned()
    };
    rule("on");
    assert_eq!(browser.standing(), "set_up_only");
    rule("off");
    assert_eq!(browser.standing(), "full");
    browser.set_up_mfa(now());
    assert!(rule("on").ends_with(
        "requires MFA now: 1 of 2 members has none yet, to be set up on opening this account next."
    ));
    assert_eq!(browser.standing(), "full");
    signed_in(&server, "ada@example.com", PASSWORD).set_up_mfa(now());
    assert!(rule("on").ends_with("requires MFA already: every member has it."));
}
