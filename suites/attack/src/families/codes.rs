//! B: backup codes.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    attack::{Attack, AttackOutcome, AttackPlan, Effort, as_wanted, attack, refused},
    harness::{Secret, TestSite, code_list, find, step_up},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(b1_many_codes),
        attack!(b2_a_used_code),
        attack!(b4_old_codes_after_new_ones),
        attack!(b5_codes_shown_once),
        attack!(b6_codes_in_the_database),
        attack!(b8_one_budget_for_both_kinds),
        attack!(b9_codes_of_a_deleted_method),
        attack!(b10_what_a_sign_in_by_code_brings),
        attack!(
            "B12",
            AttackPlan::Elsewhere(
                "end2end/tests/add-mfa-backup-codes.spec.ts",
                "Copy, Download and Print each save the codes and tick the checkbox",
                "download, print and copy are made in the browser; that no code stands in storage, log or database: leaks.spec.ts"
            )
        ),
    ]
}

fn b1_many_codes(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    let key = browser.ask("mfa/set_up").expect_ok()["key"].clone();
    let app = crate::harness::Authenticator::new(key.as_str().unwrap());
    site.clock.next_step();
    let mut sheet = browser
        .call("mfa/confirm", json!({ "code": app.code(site.clock.now()) }))
        .expect_ok();
    let (sets, mut seen) = (effort.of(10, 1_000), BTreeSet::new());
    for set in 0..sets {
        let codes = code_list(&sheet);
        assert_eq!(codes.len(), 10);
        for code in codes {
            let bare = code.replace('-', "");
            // 16 characters of a 32-letter alphabet: 80 bits.
            assert!(
                bare.len() == 16
                    && code.len() == 19
                    && bare
                        .chars()
                        .all(|c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c)),
                "{code}"
            );
            assert!(seen.insert(bare), "a code came twice");
        }
        if set % 100 == 99 {
            let set = json!({ "set": sheet["set"] });
            browser.call("mfa/finish", set).expect_ok();
            step_up(&site, &mut browser, &app, &json!({ "action": "generate" }));
            sheet = browser.ask("mfa/generate").expect_ok();
        } else {
            sheet = browser.ask("mfa/backup_codes").expect_ok();
        }
    }
    as_wanted(
        seen.len(),
        "codes of 16 Crockford characters (80 bits), ten a set, none twice",
    )
}

fn b2_a_used_code(_: Effort) -> AttackOutcome {
    let mut site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    ada.sign_in_by_backup_code(&site, 0);
    let again = |site: &TestSite| {
        ada.half(site)
            .at(7)
            .with_header("User-Agent", "another")
            .give_backup_code(&ada.codes[0])
            .expect_refused(409, "backup_code_used");
    };
    again(&site);
    site.restart();
    again(&site);
    site.kill_and_start();
    again(&site);
    let spelt = ada.codes[0]
        .to_lowercase()
        .replace('-', " ")
        .replace('0', "o")
        .replace('1', "l");
    ada.half(&site)
        .give_backup_code(&spelt)
        .expect_refused(409, "backup_code_used");
    refused(
        4,
        "a used code: again from elsewhere, after a restart, after kill -9, spelt otherwise (after a restore: server/tests/command_line/database/backup.rs)",
    )
}

fn b4_old_codes_after_new_ones(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut browser = ada.sign_in(&site);
    ada.step_up(&site, &mut browser, &json!({ "action": "generate" }));
    let sheet = browser.ask("mfa/generate").expect_ok();
    browser
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .expect_ok();
    for code in &ada.codes {
        // A complete sign-in resets the refused attempts, which would otherwise cause a pause and a
        // lockout.
        ada.sign_in(&site);
        ada.half(&site)
            .give_backup_code(code)
            .expect_refused(401, "wrong_code");
    }
    ada.half(&site)
        .give_backup_code(&code_list(&sheet)[0])
        .expect_ok();
    refused(10, "each of the ten old codes after new ones were saved")
}

fn b5_codes_shown_once(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.signed_in(&site.ada());
    let key = browser.ask("mfa/set_up").expect_ok()["key"].clone();
    let app = crate::harness::Authenticator::new(key.as_str().unwrap());
    site.clock.next_step();
    let confirm = json!({ "code": app.code(site.clock.now()) });
    let before = browser.clone();
    let answer = browser.call("mfa/confirm", confirm.clone());
    assert_eq!(answer.header("cache-control"), "no-store");
    let shown = code_list(&answer.expect_ok());
    assert_eq!(
        before.clone().call("mfa/confirm", confirm.clone()).status,
        401
    );
    assert_eq!(browser.call("mfa/confirm", confirm).status, 409);
    let answer = browser.ask("mfa/backup_codes");
    assert_eq!(answer.header("cache-control"), "no-store");
    let fresh = code_list(&answer.json());
    assert!(
        fresh.iter().all(|code| !shown.contains(code)),
        "a reload shows fresh ones"
    );
    let mut others = String::new();
    for function in [
        "session/whoami",
        "profile/view",
        "mfa/pending",
        "accounts/list",
        "session/accounts",
        "step_up/asked",
    ] {
        others += browser.ask(function).text();
    }
    for path in ["/", "/profile", "/profile/mfa/backup-codes"] {
        others += browser.get(path).text();
    }
    assert!(
        shown
            .iter()
            .chain(&fresh)
            .all(|code| !others.contains(code))
    );
    refused(
        12,
        "replay of the confirmation, a reload, nine other answers: no code that was shown before (history and cache: end2end add-mfa-backup-codes.spec.ts)",
    )
}

fn b6_codes_in_the_database(_: Effort) -> AttackOutcome {
    let site = TestSite::with_settings(&[("RUST_LOG", "trace")]);
    let ada = site.enrolled_ada();
    ada.sign_in_by_backup_code(&site, 0);
    let both = ada
        .codes
        .iter()
        .flat_map(|code| [code.clone(), code.replace('-', ""), code.to_lowercase()]);
    let secrets: Vec<Secret> = both
        .map(|code| Secret::text("backup code", &code))
        .collect();
    assert_eq!(find(site.folder(), &secrets), Vec::<String>::new());
    assert!(
        !find(site.folder(), &[Secret::text("proof", "$argon2id$")]).is_empty(),
        "they are hashed, and the search finds what is there"
    );
    as_wanted(
        secrets.len(),
        "codes, one of them used, searched in database, -wal and log: no clear text, hex, base32, base64; `$argon2id$` is there",
    )
}

fn b8_one_budget_for_both_kinds(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut half = ada.half(&site);
    for _ in 0..3 {
        half.give_backup_code("AAAA-AAAA-AAAA-AAAA")
            .expect_refused(401, "wrong_code");
    }
    site.clock.next_step();
    for wrong in ada.app.wrong_codes(site.clock.now()).take(2) {
        half.give_code(&wrong).expect_refused(401, "wrong_code");
    }
    half.give_code(&ada.code(&site))
        .expect_refused(429, "paused");
    half.give_backup_code(&ada.codes[0])
        .expect_refused(429, "paused");
    refused(
        7,
        "three wrong backup codes and two wrong codes: both ways are paused",
    )
}

fn b9_codes_of_a_deleted_method(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let (mut browser, mut half) = (ada.sign_in(&site), ada.half(&site));
    ada.step_up(&site, &mut browser, &json!({ "action": "delete" }));
    browser.ask("mfa/delete").expect_ok();
    half.give_backup_code(&ada.codes[0])
        .expect_refused(401, "not_signed_in");
    let mut again = site.signed_in(&ada.person);
    assert_eq!(again.standing(), "full");
    again
        .give_backup_code(&ada.codes[0])
        .expect_refused(403, "not_allowed");
    again
        .ask("mfa/generate")
        .expect_refused(403, "verification_required");
    // A new method must not revive the old codes.
    let new = site.enrol(&ada.person);
    new.half(&site)
        .give_backup_code(&ada.codes[1])
        .expect_refused(401, "wrong_code");
    refused(
        4,
        "codes of a deleted method: dead, in a new method's sign-in too; nobody is locked out",
    )
}

fn b10_what_a_sign_in_by_code_brings(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    for (code, left) in ada.codes.iter().zip((0..10).rev()) {
        let mut browser = ada.half(&site);
        let answer = browser.give_backup_code(code).expect_ok();
        assert_eq!(answer["codes_left"], left);
        assert_eq!(
            browser
                .call("step_up/ask", json!({ "action": "delete" }))
                .expect_ok(),
            "verify"
        );
        assert_eq!(
            browser
                .call("step_up/ask", json!({ "action": "reset" }))
                .expect_ok(),
            "granted"
        );
    }
    as_wanted(
        10,
        "ten sign-ins by backup code: how many are left is told, one grant for Reset, none for Delete (offers at 3 or fewer: end2end lost-phone.spec.ts)",
    )
}
