//! Session tokens and their cookie.

use std::collections::BTreeSet;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{PASSWORD, Secret, TestSite, find, spread},
};

pub(super) fn x9_many_tokens(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    let (count, mut seen, mut bytes) = (effort.of(40, 1_000), BTreeSet::new(), Vec::new());
    for _ in 0..count {
        browser
            .call("session/confirm_password", json!({ "password": PASSWORD }))
            .expect_ok();
        let drawn = BASE64URL_NOPAD.decode(browser.token().as_bytes()).unwrap();
        assert_eq!(drawn.len(), 32, "256 bits");
        bytes.extend(&drawn);
        assert!(seen.insert(drawn), "a token came twice");
    }
    let flat = spread(&bytes);
    let stored = Sha256::digest(browser.token().as_bytes());
    let raw = Sha256::digest(BASE64URL_NOPAD.decode(browser.token().as_bytes()).unwrap());
    let is_stored =
        |digest: &[u8]| !find(site.folder(), &[Secret::bytes("digest", digest)]).is_empty();
    let stored = [stored.to_vec(), raw.to_vec()]
        .into_iter()
        .find(|digest| is_stored(digest))
        .expect("the token's stored form is in the database");
    for copy in [
        BASE64URL_NOPAD.encode(&stored),
        HEXLOWER.encode(&stored),
        String::from_utf8_lossy(&stored)
            .escape_default()
            .to_string(),
    ] {
        browser
            .replay(&copy)
            .ask("profile/view")
            .expect_refused(401, "not_signed_in");
    }
    refused(
        count + 3,
        format!(
            "tokens of 256 bits, none twice, χ² {flat:.0}; the stored form from a copy of the database as a cookie: refused"
        ),
    )
}

pub(super) fn x10_what_the_cookie_says(_: Effort) -> AttackOutcome {
    let site = TestSite::with_settings(&[("TWINLOCK_PUBLIC_URL", "https://panel.example.com")]);
    let mut browser = site.browser();
    let answer = browser.sign_in(&site.ada());
    answer.expect_ok();
    let cookies = answer.cookies();
    let names: Vec<&str> = cookies
        .iter()
        .filter_map(|cookie| cookie.split('=').next())
        .collect();
    assert_eq!(names, ["__Host-twinlock", "__Host-twinlock-browser"]);
    for cookie in &cookies {
        let attributes: BTreeSet<String> = cookie
            .split("; ")
            .skip(1)
            .map(str::to_ascii_lowercase)
            .collect();
        for needed in ["secure", "httponly", "path=/"] {
            assert!(attributes.contains(needed), "{cookie}");
        }
        assert!(
            attributes.contains("samesite=strict") || attributes.contains("samesite=lax"),
            "{cookie}"
        );
        assert!(
            !cookie.to_ascii_lowercase().contains("domain=") && cookie.len() < 4_096,
            "{cookie}"
        );
    }
    assert!(
        !cookies[0].to_ascii_lowercase().contains("max-age"),
        "a session's cookie goes with the browser"
    );
    assert!(
        !answer.text().contains(&browser.token()),
        "the token stands in no body"
    );
    // A sibling subdomain can set `twinlock`, but not the name with the prefix.
    assert_eq!(browser.replay(&browser.token()).standing(), "");
    as_wanted(
        1,
        "__Host-, Secure, HttpOnly, SameSite, Path=/, no Domain, below 4 KB; the name without the prefix is not taken",
    )
}
