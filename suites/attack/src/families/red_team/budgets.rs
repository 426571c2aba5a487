//! RA4 and RB4 of the red team's list: guessing codes at one place does not lock the user out of
//! any other.

use serde_json::{Value, json};

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::{EnrolledPerson, HttpBrowser, PASSWORD, TestSite},
};

/// Attempts that are checked in 15 minutes.
const GUESSES: usize = 5;

/// Returns a browser that is known to the user, and signed out.
fn known_browser(site: &TestSite, ada: &EnrolledPerson) -> HttpBrowser {
    let mut browser = ada.sign_in(site);
    browser.ask("session/sign_out").expect_ok();
    browser
}

/// Signs in up to the second factor, in the time step after the last code.
fn half(site: &TestSite, browser: &mut HttpBrowser, ada: &EnrolledPerson) {
    browser.sign_in(&ada.person).expect_ok();
    assert_eq!(browser.standing(), "half_signed_in");
    site.clock.next_step();
}

pub fn ra4_wrong_codes_in_a_stolen_session(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut mine = known_browser(&site, &ada);
    let (mut open, mut stolen) = (ada.sign_in(&site), ada.sign_in(&site));
    let (mut judged, mut tried) = (0, 0);
    for window in 0..3 {
        site.clock.next_step();
        for code in ada.app.wrong_codes(site.clock.now()).take(8) {
            let answer = stolen.call("mfa/test", json!({ "code": code }));
            assert!([401, 429].contains(&answer.status), "{}", answer.text());
            judged += usize::from(answer.status == 401);
            tried += 1;
        }
        assert_eq!(judged, [5, 10, 10][window], "after window {window}");

        // The other places are not paused.
        let code = json!({ "code": ada.code(&site) });
        open.call("mfa/test", code).expect_ok();
        half(&site, &mut mine, &ada);
        let signed_in = mine.give_code(&ada.code(&site)).expect_ok();
        assert_eq!(signed_in["unlocked_after"], Value::Null);
        mine.ask("session/sign_out").expect_ok();
        ada.sign_in(&site).ask("session/sign_out").expect_ok();
        site.clock.past_the_pause();
    }
    let code = json!({ "code": ada.code(&site) });
    stolen
        .call("mfa/test", code)
        .expect_refused(429, "session_locked");
    refused(
        tried,
        "wrong codes at mfa/test in one session: 5 judged in 15 min, 10 in all; another session, the known browser and a new browser never wait",
    )
}

/// Makes 15 attempts in half an hour, after which strangers have no attempt left. Returns the
/// number of attempts.
fn besiege(site: &TestSite, ada: &EnrolledPerson) -> usize {
    let stranger = |number: u8| ada.half(site).at(number);
    for window in 0..3_u8 {
        let codes = ada.app.wrong_codes(site.clock.now()).take(GUESSES);
        for (number, code) in (0_u8..).zip(codes) {
            let mut stranger = stranger(10 * window + number + 1);
            let answer = if window < 2 {
                stranger.give_code(&code)
            } else {
                stranger.give_backup_code("AAAA-AAAA-AAAA-AAAA")
            };
            answer.expect_refused(401, "wrong_code");
        }
        site.clock.past_the_pause();
    }
    stranger(40)
        .give_code(&ada.code(site))
        .expect_refused(429, "locked");
    stranger(41)
        .give_backup_code(&ada.codes[9])
        .expect_refused(429, "paused");
    3 * GUESSES + 2
}

pub fn rb4_wrong_codes_of_strangers_who_know_the_password(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let ada = site.enrolled_ada();
    let mut mine = known_browser(&site, &ada);
    let (rounds, mut tried) = (effort.of(1, 4), 0);
    for round in 0..rounds {
        tried += besiege(&site, &ada);
        half(&site, &mut mine, &ada);
        let signed_in = mine.give_code(&ada.code(&site)).expect_ok();
        assert_eq!(signed_in["unlocked_after"], 15, "the user is told");
        mine.ask("session/sign_out").expect_ok();

        tried += besiege(&site, &ada);
        half(&site, &mut mine, &ada);
        mine.give_backup_code(&ada.codes[round]).expect_ok();
        mine.ask("session/sign_out").expect_ok();
    }
    let mut open = ada.sign_in(&site);
    tried += besiege(&site, &ada);
    site.clock.next_step();
    let change = json!({
        "current": PASSWORD,
        "new": "a lamp behind the third door",
        "code": ada.code(&site),
    });
    open.call("profile/change_password", change).expect_ok();
    refused(
        tried,
        "guesses of strangers with the password, until they have none left: the known browser signs in by code and by backup code, the open session changes the password",
    )
}
