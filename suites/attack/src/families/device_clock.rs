//! T14: devices with a wrong clock.

use serde_json::json;

use crate::{
    attack::{AttackOutcome, Effort, as_wanted},
    harness::{Authenticator, EnrolledPerson, TestSite},
};

pub(super) fn t14_a_device_that_is_slow(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.ada();
    let mut browser = site.signed_in(&ada);
    let key = browser.ask("mfa/set_up").expect_ok()["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = Authenticator::new(&key);
    let confirm = |slow: i64| json!({ "code": app.code(site.clock.now() - slow) });
    for off in [65_000, -65_000] {
        site.clock.next_step();
        let refusal = browser
            .call("mfa/confirm", confirm(off))
            .expect_refused(401, "clock_off");
        let seconds = refusal["seconds"].as_i64().unwrap();
        assert!((seconds + off / 1000).abs() <= 40, "{refusal}");
    }
    assert_eq!(
        browser.ask("profile/view").expect_ok()["methods"],
        json!([]),
        "nothing is active"
    );
    site.clock.to_step(5_000);
    browser.call("mfa/confirm", confirm(8_000)).expect_ok();
    let slow = EnrolledPerson {
        person: ada,
        app,
        key,
        codes: Vec::new(),
        browser,
    };
    for place in [1_000, 5_000, 7_000, 8_500, 20_000] {
        let mut half = slow.half(&site);
        site.clock.advance(60);
        site.clock.to_step(place);
        half.give_code(&slow.app.code(site.clock.now() - 8_000))
            .expect_ok();
    }
    // P5 of the field: a device that is 8 s fast, at any place of the time step. Each attempt uses
    // its own session.
    for place in [1_000, 15_000, 21_900, 23_000, 29_000] {
        let mut half = slow.half(&site);
        site.clock.advance(90);
        site.clock.to_step(place);
        half.give_code(&slow.app.code(site.clock.now() + 8_000))
            .expect_ok();
    }
    as_wanted(
        13,
        "a device 8 s slow at the set-up and later, or 8 s fast: works; 65 s slow or fast: refused with the hint, nothing active",
    )
}
