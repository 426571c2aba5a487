//! `twinlock app edit` and `remove`.

use rstest::rstest;
use serde_json::json;

use super::add;
use crate::support::program::ProgramSite;

fn with_application() -> ProgramSite {
    let site = ProgramSite::with_account();
    add(&site, "Grafana", "https://grafana.example.com");
    site
}

#[test]
fn what_is_named_changes_and_the_rest_stays() {
    let site = with_application();
    let args = [
        "app",
        "edit",
        "grafana",
        "--name",
        "Charts",
        "--url",
        "https://charts.example.com",
        "--account",
        "Example Ltd",
        "--mfa",
        "always",
        "--user-header",
        "id",
    ];
    let done = site.run(&args);
    let said = done.expect_done();
    assert!(
        said.starts_with("Application `Grafana` is changed:\nname           Charts\n"),
        "{said}"
    );
    assert!(
        said.contains("who may enter  members of `Example Ltd`\n"),
        "{said}"
    );
    assert!(
        said.ends_with("Everyone has to enter again at https://charts.example.com: put that address into the proxy too."),
        "{said}"
    );
    let json = site
        .run(&["app", "edit", "Charts", "--everyone", "--json"])
        .expect_json();
    assert_eq!(
        json,
        json!({
            "id": json["id"], "name": "Charts", "origin": "https://charts.example.com",
            "everyone": true, "accounts": [], "mfa": "always", "user_header": "id",
            "added_at": json["added_at"], "changed": true,
        })
    );
}

#[test]
fn a_name_gets_another_case() {
    let site = with_application();
    let edit = ["app", "edit", "Grafana", "--name", "GRAFANA", "--json"];
    let json = site.run(&edit).expect_json();
    assert_eq!(json["name"], "GRAFANA");
    assert_eq!(json["changed"], true);
}

#[rstest]
#[case(&["--name", "Grafana"])]
#[case(&["--url", "https://grafana.example.com/"])]
#[case(&["--everyone", "--mfa", "account"])]
#[case(&["--user-header", "email"])]
fn a_change_that_changes_nothing_says_so(#[case] change: &[&str]) {
    let site = with_application();
    let args = [&["app", "edit", "Grafana"], change].concat();
    let done = site.run(&args);
    assert!(
        done.expect_done()
            .starts_with("Application `Grafana` was like that already:\n")
    );
    let json = site.run(&[&args[..], &["--json"]].concat()).expect_json();
    assert_eq!(json["changed"], false);
}

#[rstest]
#[case(&["app", "edit", "Grafana"], "required arguments were not provided")]
#[case(&["app", "edit", "Grafana", "--everyone", "--account", "Example Ltd"], "cannot be used with")]
#[case(&["app", "edit", "Grafana", "--mfa", "never"], "invalid value 'never'")]
fn arguments_that_do_not_fit_are_refused(#[case] args: &[&str], #[case] words: &str) {
    let site = with_application();
    let done = site.run(args);
    let said = done.expect_refused(2);
    assert!(said.contains(words), "{said}");
}

#[rstest]
#[case(&["--name", "WIKI"], "there is an application `Wiki` already; ")]
#[case(&["--url", "https://wiki.example.com"], "https://wiki.example.com belongs to the application `Wiki` already; ")]
#[case(&["--url", "https://panel.example.com", "--public-url", "https://panel.example.com"], "panel.example.com is the host of Twinlock itself")]
#[case(&["--account", "Acme"], "there is no account `Acme`: there are `Example Ltd`")]
#[case(&["--name", " "], "` ` is not a name for an application: enter a name")]
#[case(&["--url", "wiki.example.com"], "`wiki.example.com` is not the address of an application")]
fn a_refused_change_changes_nothing(#[case] change: &[&str], #[case] words: &str) {
    let site = with_application();
    add(&site, "Wiki", "https://wiki.example.com");
    let before = site.run(&["app", "list", "--json"]).expect_json();
    let done = site.run(&[&["app", "edit", "Grafana", "--mfa", "always"], change].concat());
    let said = done.expect_refused(1);
    assert!(said.starts_with(words), "{said}");
    let after = site.run(&["app", "list", "--json"]).expect_json();
    assert_eq!(before, after);
}

#[rstest]
fn an_unknown_application_is_refused_with_the_known_ones(
    #[values(&["show"][..], &["edit", "--everyone"], &["remove"])] command: &[&str],
) {
    let site = ProgramSite::with_database();
    let args = [&["app"], command, &["Grafina"]].concat();
    assert_eq!(
        site.run(&args).expect_refused(1),
        "there is no application `Grafina`: there are none yet, add it with `twinlock app add NAME --url URL`"
    );
    add(&site, "Grafana", "https://grafana.example.com");
    add(&site, "Wiki", "https://wiki.example.com");
    assert_eq!(
        site.run(&args).expect_refused(1),
        "there is no application `Grafina`: there are `Grafana`, `Wiki`"
    );
    let json = site.run(&[&args[..], &["--json"]].concat());
    assert!(
        json.out.starts_with("{\"error\":\"there is no application"),
        "{}",
        json.out
    );
}

#[test]
fn a_removed_application_comes_back_by_the_printed_command() {
    let site = ProgramSite::with_account();
    let added = [
        "app",
        "add",
        "Grafana",
        "--url",
        "https://grafana.example.com",
        "--account",
        "Example Ltd",
        "--mfa",
        "always",
        "--user-header",
        "id",
        "--json",
    ];
    site.run(&added).expect_done();
    assert_eq!(
        site.run(&["app", "remove", "grafana"]).expect_done(),
        "Application `Grafana` removed: everyone who is in it is out at their next request, and its proxy lets no one in at https://grafana.example.com.\n\
             This command brings it back:\n\
             twinlock app add Grafana --url https://grafana.example.com --account 'Example Ltd' --mfa always --user-header id"
    );
    let again = add(&site, "Grafana", "https://grafana.example.com");
    let json = site
        .run(&["app", "remove", "Grafana", "--json"])
        .expect_json();
    assert_eq!(
        json,
        json!({ "id": again["id"], "name": "Grafana", "origin": "https://grafana.example.com" })
    );
}

#[test]
fn an_application_whose_accounts_are_gone_is_for_no_one() {
    let site = with_application();
    let edit = ["app", "edit", "Grafana", "--account", "Example Ltd"];
    site.run(&edit).expect_done();
    site.run(&["account", "remove", "Example Ltd"])
        .expect_done();
    let listed = site.run(&["app", "list"]);
    let listed = listed.expect_done();
    assert!(
        listed.contains("for no one, because its accounts were removed"),
        "{listed}"
    );
    let removed = site.run(&["app", "remove", "Grafana"]);
    let removed = removed.expect_done();
    assert!(
        removed.ends_with("No one could enter it, because its accounts had been removed."),
        "{removed}"
    );
}

#[test]
fn each_change_is_one_event() {
    let site = with_application();
    let edit = ["app", "edit", "Grafana", "--mfa", "always"];
    site.run(&edit).expect_done();
    site.run(&edit).expect_done();
    site.run(&["app", "remove", "Grafana"]).expect_done();
    let events = site.run(&["events", "--json"]);
    let count = |action: &str| events.out.matches(&format!("\"{action}\"")).count();
    let counts = ["application_add", "application_edit", "application_remove"].map(count);
    assert_eq!(counts, [1, 1, 1], "{}", events.out);
}
