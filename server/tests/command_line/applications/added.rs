//! `twinlock app add`, `list` and `show`.

use rstest::rstest;
use serde_json::json;

use super::add;
use crate::support::program::ProgramSite;

const PUBLIC: [&str; 2] = ["--public-url", "https://panel.example.com"];

fn with_public<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &PUBLIC].concat()
}

#[test]
fn an_application_is_added_with_what_comes_next() {
    let site = ProgramSite::with_database();
    let args = [
        "app",
        "add",
        " Grafana ",
        "--url",
        "HTTPS://Grafana.Example.com/",
    ];
    assert_eq!(
        site.run(&with_public(&args)).expect_done(),
        "Application `Grafana` added at https://grafana.example.com, for everyone who can sign in.\n\
         Next: let its proxy ask Twinlock. docs/APPLICATIONS.md has a recipe for nginx, Caddy, Traefik, HAProxy and Envoy.\n\
         The server needs TWINLOCK_TRUSTED_PROXIES with the proxy's address, because it answers no one else.\n\
         Then check it from outside: `twinlock doctor --app https://grafana.example.com`"
    );
}

#[rstest]
#[case::none(&[], "TWINLOCK_PUBLIC_URL is not set: ")]
#[case::plain(&["--public-url", "http://panel.example.com"], "TWINLOCK_PUBLIC_URL is http://panel.example.com: ")]
fn a_public_url_that_leads_no_one_to_the_sign_in_is_told(
    #[case] url: &[&str],
    #[case] words: &str,
) {
    let site = ProgramSite::with_database();
    let add = [
        "app",
        "add",
        "Grafana",
        "--url",
        "https://grafana.example.com",
    ];
    let done = site.run(&[&add, url].concat());
    let said = done.expect_done();
    assert!(
        said.contains(words) && said.contains("https://panel.example.com"),
        "{said}"
    );
    let edit = [
        "app",
        "add",
        "Wiki",
        "--url",
        "https://wiki.example.com",
        "--json",
    ];
    let json = site.run(&[&edit, url].concat()).expect_json();
    assert!(
        json["warning"].as_str().unwrap().starts_with(words),
        "{json}"
    );
}

#[test]
fn it_may_be_for_some_accounts() {
    let site = ProgramSite::with_account();
    site.run(&["account", "add", "Acme"]).expect_done();
    let args = [
        "app",
        "add",
        "Grafana",
        "--url",
        "https://grafana.example.com",
        "--account",
        "example LTD",
        "--account",
        "Acme",
        "--account",
        "Example Ltd",
        "--mfa",
        "always",
        "--user-header",
        "id",
    ];
    let done = site.run(&with_public(&args));
    let said = done.expect_done();
    assert!(
        said.starts_with("Application `Grafana` added at https://grafana.example.com, for members of `Acme` and `Example Ltd`.\n"),
        "{said}"
    );
    assert_eq!(
        site.run(&["app", "list"]).expect_done(),
        "Grafana: https://grafana.example.com, for members of `Acme` and `Example Ltd`, MFA required from everyone"
    );
}

#[test]
fn a_list_without_applications_says_how_to_add_one() {
    let site = ProgramSite::with_database();
    assert_eq!(
        site.run(&["app", "list"]).expect_done(),
        "No applications yet: `twinlock app add NAME --url https://app.example.com` puts one behind Twinlock."
    );
    let json = site.run(&["app", "list", "--json"]).expect_json();
    assert_eq!(json, json!([]));
}

#[test]
fn applications_are_listed_by_name_and_shown() {
    let site = ProgramSite::with_database();
    let wiki = add(&site, "Wiki", "https://wiki.example.com:8443");
    let grafana = add(&site, "grafana", "https://grafana.example.com");
    let json = site.run(&["app", "list", "--json"]).expect_json();
    assert_eq!(json, json!([grafana, wiki]));
    assert_eq!(
        wiki,
        json!({
            "id": wiki["id"], "name": "Wiki", "origin": "https://wiki.example.com:8443",
            "everyone": true, "accounts": [], "mfa": "account", "user_header": "email",
            "added_at": wiki["added_at"],
        })
    );
    let json = site.run(&["app", "show", "WIKI", "--json"]).expect_json();
    assert_eq!(json, wiki);
    let text = |name: &str| wiki[name].as_str().unwrap().to_owned();
    assert_eq!(
        site.run(&["app", "show", " wiki "]).expect_done(),
        format!(
            "name           Wiki\n\
             address        https://wiki.example.com:8443\n\
             id             {}\n\
             who may enter  everyone who can sign in\n\
             MFA            as the account requires\n\
             Remote-User    the email address\n\
             added          {}",
            text("id"),
            text("added_at")
        )
    );
}

#[test]
fn a_long_name_stays_whole() {
    let site = ProgramSite::with_database();
    let name = "W".repeat(100);
    add(&site, &name, "https://wiki.example.com");
    assert!(
        site.run(&["app", "list"])
            .expect_done()
            .starts_with(&format!("{name}: "))
    );
    let refused = site.run(&[
        "app",
        "add",
        &"W".repeat(101),
        "--url",
        "https://a.example.com",
    ]);
    assert!(
        refused
            .expect_refused(1)
            .ends_with("is not a name for an application: use at most 100 characters")
    );
}

#[test]
fn a_taken_name_is_refused_in_the_spelling_of_its_holder() {
    let site = ProgramSite::with_database();
    add(&site, "Grafana", "https://grafana.example.com");
    let done = site.run(&[
        "app",
        "add",
        "GRAFANA",
        "--url",
        "https://other.example.com",
    ]);
    assert_eq!(
        done.expect_refused(1),
        "there is an application `Grafana` already; names that differ only in case, marks on letters or invisible characters count as equal"
    );
}

#[test]
fn a_taken_address_is_refused_with_its_holder() {
    let site = ProgramSite::with_database();
    add(&site, "Grafana", "https://grafana.example.com");
    let done = site.run(&[
        "app",
        "add",
        "Wiki",
        "--url",
        "https://GRAFANA.example.com:443",
    ]);
    assert_eq!(
        done.expect_refused(1),
        "https://grafana.example.com belongs to the application `Grafana` already; `twinlock app edit` changes it, `twinlock app remove` removes it"
    );
}

#[rstest]
fn the_host_of_twinlock_itself_is_refused(
    #[values("https://panel.example.com", "https://Panel.example.com:8443")] url: &str,
) {
    let site = ProgramSite::with_database();
    let done = site.run(&with_public(&["app", "add", "Panel", "--url", url]));
    let said = done.expect_refused(1);
    assert!(
        said.starts_with("panel.example.com is the host of Twinlock itself (TWINLOCK_PUBLIC_URL)"),
        "{said}"
    );
    let json = site.run(&["app", "list", "--json"]).expect_json();
    assert_eq!(json, json!([]));
}

#[rstest]
#[case("http://app.example.com", "begin with https://")]
#[case("https://app.example.com/admin", "leave out what follows the host")]
#[case("https://10.0.0.1", "name a host and not an IP address")]
#[case("https://app.example.com:0", "the port is a number")]
fn what_is_no_address_of_an_application_is_refused(#[case] url: &str, #[case] words: &str) {
    let site = ProgramSite::with_database();
    let done = site.run(&["app", "add", "Grafana", "--url", url]);
    let said = done.expect_refused(1);
    let begin = format!(
        "`{url}` is not the address of an application, such as https://app.example.com: {words}"
    );
    assert!(said.starts_with(&begin), "{said}");
}

#[test]
fn what_may_be_a_password_is_not_repeated() {
    let site = ProgramSite::with_database();
    let done = site.run(&[
        "app",
        "add",
        "A",
        "--url",
        "https://u:hunter2@app.example.com",
    ]);
    let said = done.expect_refused(1);
    assert!(
        !said.contains("hunter2") && said.contains("user name"),
        "{said}"
    );
}

#[test]
fn an_unknown_account_is_refused_with_the_known_ones() {
    let site = ProgramSite::with_account();
    let url = "https://app.example.com";
    let done = site.run(&["app", "add", "A", "--url", url, "--account", "Exampel"]);
    assert_eq!(
        done.expect_refused(1),
        "there is no account `Exampel`: there are `Example Ltd`"
    );
}
