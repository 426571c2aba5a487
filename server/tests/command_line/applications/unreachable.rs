//! `twinlock doctor --app` where no application answers: the part that failed is named, and no
//! later one.

use std::{fs, path::Path};

use rstest::rstest;
use testkit::process::free_port;

use super::{
    add,
    front::{Fault, Front},
};
use crate::support::program::{Done, ProgramSite};

const PANEL: &str = "https://panel.example.com";

fn attack(site: &ProgramSite, url: &str, ca: Option<&Path>) -> Done {
    let mut args = vec!["doctor", "--app", url, "--public-url", PANEL];
    args.extend(
        ca.map(|ca| ["--ca", ca.to_str().unwrap()])
            .into_iter()
            .flatten(),
    );
    site.run(&args)
}

fn expect_failed(done: &Done, line: &str, words: &str) {
    let (found, said) = done.expect_failed(1);
    assert_eq!(said, line, "{found}");
    assert!(found.contains(words), "{found}");
}

#[test]
fn an_address_that_is_not_registered_is_said_first() {
    let site = ProgramSite::with_database();
    let url = "https://app.example.com";
    expect_failed(
        &attack(&site, url, None),
        "1 of 1 check failed: registered",
        "registered  FAILED: no application has the address https://app.example.com, so Twinlock lets no one in there; there are no applications yet; `twinlock app add NAME --url https://app.example.com` adds it",
    );
    add(&site, "Wiki", "https://wiki.example.com");
    expect_failed(
        &attack(&site, url, None),
        "1 of 1 check failed: registered",
        "; there are https://wiki.example.com; ",
    );
}

#[test]
fn a_name_without_an_address_is_told() {
    let site = ProgramSite::with_database();
    add(&site, "App", "https://app.invalid");
    expect_failed(
        &attack(&site, "https://app.invalid", None),
        "1 of 2 checks failed: dns",
        "dns         FAILED: this machine finds no address for app.invalid: set its DNS record",
    );
}

#[test]
fn a_port_without_a_proxy_is_told() {
    let site = ProgramSite::with_database();
    let url = format!("https://app.localhost:{}", free_port());
    add(&site, "App", &url);
    expect_failed(
        &attack(&site, &url, None),
        "1 of 3 checks failed: tcp",
        "tcp         FAILED: nothing answers at app.localhost:",
    );
}

#[test]
fn a_proxy_without_tls_is_told() {
    let (site, front) = (ProgramSite::with_database(), Front::new());
    add(&site, "App", &front.app());
    front.answer_plainly();
    expect_failed(
        &attack(&site, &front.app(), None),
        "1 of 4 checks failed: tls",
        "it does not speak TLS there: give the proxy a certificate for this port",
    );
}

#[test]
fn a_certificate_of_an_unknown_authority_is_told() {
    let (site, front) = (ProgramSite::with_database(), Front::new());
    let added = add(&site, "App", &front.app());
    front.answer(added["id"].as_str().unwrap(), Fault::None);
    expect_failed(
        &attack(&site, &front.app(), None),
        "1 of 4 checks failed: tls",
        "does not trust the authority of its certificate; name an own one with --ca FILE",
    );
}

#[test]
fn a_certificate_for_another_name_is_told() {
    let (site, front) = (ProgramSite::with_database(), Front::new());
    let url = format!("https://wiki.localhost:{}", front.port);
    let added = add(&site, "Wiki", &url);
    front.answer(added["id"].as_str().unwrap(), Fault::None);
    expect_failed(
        &attack(&site, &url, Some(&front.ca())),
        "1 of 4 checks failed: tls",
        "its certificate is not for wiki.localhost: give the proxy one that is",
    );
}

#[rstest]
#[case("there is no certificate", "holds no certificate in PEM")]
#[case(
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "holds a certificate that can't be used"
)]
fn a_file_that_holds_no_authority_is_refused(#[case] text: &str, #[case] words: &str) {
    let site = ProgramSite::with_database();
    let file = site.file("ca.pem");
    fs::write(&file, text).unwrap();
    let done = attack(&site, "https://app.example.com", Some(&file));
    let said = done.expect_refused(1);
    assert!(said.contains("ca.pem") && said.contains(words), "{said}");
    fs::remove_file(&file).unwrap();
    let done = attack(&site, "https://app.example.com", Some(&file));
    let said = done.expect_refused(1);
    assert!(said.contains("ca.pem: No such file"), "{said}");
}

#[rstest]
fn without_the_servers_public_url_there_is_nothing_to_compare(
    #[values(&[][..], &["--public-url", "http://panel.example.com"])] url: &[&str],
) {
    let site = ProgramSite::with_database();
    let args = ["doctor", "--app", "https://app.example.com"];
    let done = site.run(&[&args, url].concat());
    let said = done.expect_refused(2);
    assert!(
        said.starts_with("TWINLOCK_PUBLIC_URL: set it, or give --public-url"),
        "{said}"
    );
    let done = site.run(&["doctor", "--app", "app.example.com"]);
    let said = done.expect_refused(1);
    assert!(said.contains("begin with https://"), "{said}");
    let done = site.run(&["doctor", "--ca", "ca.pem"]);
    done.expect_refused(2);
}
