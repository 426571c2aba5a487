//! Answers at a sign-in that are not what the key of the user signs on the site's own page.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use testkit::software_key::{BE, BS, UP, UV};

use super::{altered, keyed, origin};
use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{OperatorCommands, TestSite},
};

const KEY_REFUSED: &str = "key_refused";

pub fn wa6_the_other_ceremony(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    for type_name in ["webauthn.create", "payment.get", "Webauthn.get", ""] {
        ada.expect_refused(&site, KEY_REFUSED, |key, options| {
            key.type_name = Some(type_name);
            key.sign(options)
        });
    }
    ada.key.type_name = None;
    ada.sign_in(&site);
    refused(
        4,
        "client data of a set-up, a payment, in other letters, without a kind",
    )
}

pub fn wa7_foreign_origins(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let port = site.address.port();
    let foreign = [
        "https://evil.example".to_owned(),
        "http://localhost".to_owned(),
        format!("http://localhost:{}", port ^ 1),
        format!("https://localhost:{port}"),
        format!("http://panel.localhost:{port}"),
        format!("http://localhost.:{port}"),
        format!("http://localhost:{port}/"),
        format!("http://LOCALHOST:{port}"),
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}@evil.example"),
        "null".to_owned(),
        String::new(),
    ];
    for origin in &foreign {
        ada.expect_refused(&site, KEY_REFUSED, |key, options| {
            key.origin.clone_from(origin);
            key.sign(options)
        });
    }
    ada.key.origin = origin(&site);
    ada.sign_in(&site);
    refused(
        foreign.len(),
        "other sites, ports, schemes and subdomains, a dot at the end, an IP address, `null`",
    )
}

pub fn wa8_frames(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let frames = [
        r#","crossOrigin":true"#,
        r#","crossOrigin":true,"topOrigin":"https://evil.example""#,
        r#","crossOrigin":false,"topOrigin":"https://evil.example""#,
        r#","topOrigin":null"#,
    ];
    for more in frames {
        ada.expect_refused(&site, KEY_REFUSED, |key, options| {
            more.clone_into(&mut key.more_client_data);
            key.sign(options)
        });
    }
    refused(
        frames.len(),
        "answers that were made in a frame of another site",
    )
}

pub fn wa9_another_domain(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let domains = ["evil.example", "panel.localhost", "LOCALHOST", ""];
    for domain in domains {
        ada.expect_refused(&site, KEY_REFUSED, |key, options| {
            key.rp_id = Some(domain);
            key.sign(options)
        });
    }
    refused(domains.len(), "authenticator data for another domain")
}

pub fn wa10_flags(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    for flags in [0, UV, BE, UP | BS, UP | UV | BS] {
        ada.expect_refused(&site, KEY_REFUSED, |key, options| {
            key.flags = flags;
            key.sign(options)
        });
    }
    // A new passkey has to have verified its user.
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut browser = site.signed_in(&max);
    for (flags, status, kind) in [
        (UP, 422, "user_not_verified"),
        (UV, 401, KEY_REFUSED),
        (UP | UV | BS, 401, KEY_REFUSED),
    ] {
        let mut key = testkit::software_key::SoftwareKey::new(&origin(&site));
        key.flags = flags;
        super::set_up(&mut browser, "passkey", &mut key).expect_refused(status, kind);
    }
    refused(
        8,
        "no presence, synced but not eligible, at a sign-in and a set-up; a passkey without verification",
    )
}

pub fn wa11_the_key_of_somebody_else(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let max = site.add_user("max@example.com", "Example Ltd", "member");
    let mut max = keyed(&site, &max);
    ada.expect_refused(&site, KEY_REFUSED, |_, options| max.key.sign(options));
    // With the id of the user's own key, and without the handle that tells the owner.
    ada.expect_refused(&site, KEY_REFUSED, |key, options| {
        max.key.id.clone_from(&key.id);
        max.key.user_handle.clone_from(&key.user_handle);
        max.key.sign(options)
    });
    max.key.user_handle = None;
    ada.expect_refused(&site, KEY_REFUSED, |_, options| max.key.sign(options));
    refused(
        3,
        "another user's key, under its own id and under the user's",
    )
}

pub fn wa12_a_foreign_handle(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let own = ada.key.user_handle.clone();
    for handle in [
        "AAAA".to_owned(),
        "A".repeat(86),
        own.clone().unwrap()[..84].to_owned(),
    ] {
        ada.expect_refused(&site, KEY_REFUSED, |key, options| {
            key.user_handle = Some(handle);
            key.sign(options)
        });
    }
    ada.key.user_handle = own;
    ada.sign_in(&site);
    refused(3, "the user's key with the handle of another user")
}

pub fn wa15_flipped_bits(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    let each = effort.of(3, 30);
    for member in ["signature", "authenticatorData", "clientDataJSON"] {
        for number in 0..each {
            // A changed challenge is another one, so it finds no row.
            let (mut browser, options) = ada.half(&site);
            let answer = altered(&ada.key.sign(&options), |credential| {
                flip(&mut credential["response"][member], number, each);
            });
            let answer = browser.call("session/verify_key", answer);
            assert!(!answer.is_ok(), "{member}: {}", answer.text());
            assert_eq!(browser.standing(), "half_signed_in");
        }
    }
    ada.sign_in(&site);
    refused(
        3 * each,
        "one bit of signature, authenticator data, client data",
    )
}

/// Flips a bit of a byte of a base64url text: the byte is at this part of all.
fn flip(text: &mut Value, part: usize, parts: usize) {
    let mut bytes = BASE64URL_NOPAD
        .decode(text.as_str().unwrap().as_bytes())
        .unwrap();
    let place = bytes.len() * part / parts;
    bytes[place] ^= 1 << (part % 8);
    *text = json!(BASE64URL_NOPAD.encode(&bytes));
}

pub fn wa16_counters_of_a_copy(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut ada = keyed(&site, &site.ada());
    ada.key.counter = 9;
    ada.sign_in(&site);
    for counter in [10, 9, 1, 0] {
        ada.expect_refused(&site, "counter_fell", |key, options| {
            (key.counter, key.step) = (counter, 0);
            key.sign(options)
        });
    }
    (ada.key.counter, ada.key.step) = (10, 1);
    ada.sign_in(&site);
    refused(
        4,
        "a counter that is equal or lower, as of a copy of the key",
    )
}
