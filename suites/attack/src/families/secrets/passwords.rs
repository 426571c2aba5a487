//! Passwords: which are accepted, and what is stored of them.

use sha2::{Digest, Sha256};

use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{PASSWORD, Secret, TestSite, find},
};

pub(super) fn d10_passwords_of_every_kind(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let set = |password: &str| {
        site.cli_with(
            &[
                "user",
                "set-password",
                "ada@example.com",
                "--password-stdin",
            ],
            password,
        )
    };
    let opens = |password: &str| {
        site.clock.advance(61);
        site.browser()
            .sign_in_as("ada@example.com", password)
            .is_ok()
    };
    // Avoids sequences and repetitions, because those are refused as guessable.
    let long = |length: usize| {
        let letter =
            |number: usize| char::from(b'a' + u8::try_from(number * number * 7 % 26).unwrap());
        (0..length)
            .map(|number| letter(number + number / 26))
            .collect::<String>()
    };
    let mut tried = 0;
    for password in [
        long(64),
        long(128),
        long(256),
        " leading and trailing blanks ".to_owned(),
        "🔐🦀🔐🦀 emoji passphrase".to_owned(),
    ] {
        set(&password).expect_done();
        assert!(opens(&password), "{password}");
        tried += 1;
    }
    for at in [73, 100] {
        let password = long(200);
        set(&password).expect_done();
        let mut other = password.clone().into_bytes();
        other[at - 1] = b'#';
        assert!(
            !opens(std::str::from_utf8(&other).unwrap()),
            "a difference at character {at}"
        );
        assert!(!opens(&password[..at - 1]) && opens(&password));
        tried += 2;
    }
    let (nfc, nfd) = (
        "gr\u{fc}ne Tr\u{e4}ume im Sommer",
        "gru\u{308}ne Tra\u{308}ume im Sommer",
    );
    set(nfc).expect_done();
    assert!(opens(nfd), "NFD is NFC");
    set(nfd).expect_done();
    assert!(opens(nfc), "NFC is NFD");
    for (password, rule) in [
        (long(14), "15"),
        (long(257), "256"),
        (long(1_000), "256"),
        (String::new(), "15"),
    ] {
        let refusal = set(&password);
        assert!(
            refusal.code != 0 && refusal.err.contains(rule),
            "it says the rule: {}",
            refusal.err
        );
        tried += 1;
    }
    as_wanted(
        tried + 2,
        "64, 128 and 256 characters, blanks, emoji, NFC = NFD, differences at 73 and 100 noticed; 14, 257 and 1,000 refused with the rule (common ones: server/tests/journeys/change_password.rs)",
    )
}

pub(super) fn d11_a_sign_in_that_stops_at_the_code(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    ada.half(&site);
    let sha = Sha256::digest(PASSWORD.as_bytes());
    let secrets = [
        Secret::text("password", PASSWORD),
        Secret::bytes("SHA-256 of the password", &sha),
        Secret::bytes("part of its SHA-256", &sha[..12]),
        Secret::text("email and password", &format!("ada@example.com:{PASSWORD}")),
    ];
    assert_eq!(find(site.folder(), &secrets), Vec::<String>::new());
    refused(
        secrets.len(),
        "a sign-in that stops at the code: nothing derived from the password is in the database but its Argon2id hash",
    )
}
