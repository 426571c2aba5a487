//! Promises that hold after each action, in any order.

use serde_json::json;

use crate::{
    actions::SEATS,
    site::{Counter, ModelSite, person_of},
};

impl ModelSite {
    /// Checks all promises. `complete` is the user whose counters the last action may have cleared.
    pub fn check(&mut self, complete: Option<usize>) {
        for seat in 0..SEATS {
            self.full_means_second_factor(seat);
        }
        self.counters_fall_only_after_a_complete_sign_in(complete);
        self.former_tokens_are_dead();
        self.methods_are_as_they_should_be();
    }

    /// A full session of a user with MFA has a recorded second factor, and a user without MFA gets
    /// nothing of an account that requires it.
    fn full_means_second_factor(&mut self, seat: usize) {
        let viewer = self.ask_from(seat, "session/whoami").expect_ok();
        let standing = viewer["standing"]["standing"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if standing.is_empty() {
            return;
        }
        let has_mfa = viewer["has_mfa"] == true;
        assert_eq!(
            has_mfa,
            !self.journal.methods[person_of(seat)].is_empty(),
            "who has MFA"
        );
        let profile = self.ask_from(seat, "profile/view");
        assert_eq!(profile.is_success(), standing == "full");
        if profile.is_success() {
            self.profile_shows_the_methods(person_of(seat), &profile.json()["methods"]);
        }
        if has_mfa && standing != "half_signed_in" {
            assert!(
                self.journal.proved[seat],
                "{standing} without a second factor"
            );
            assert!(self.recorded_second_factor(seat), "it is not recorded");
        }
        self.the_rule_holds(seat, has_mfa, &viewer["standing"]["account"]);
    }

    fn the_rule_holds(&mut self, seat: usize, has_mfa: bool, place: &serde_json::Value) {
        let strict = json!(self.strict);
        if !self.is_required() || has_mfa {
            return;
        }
        for function in [
            "accounts/members",
            "accounts/export",
            "accounts/require_mfa",
        ] {
            let request = json!({ "account": strict, "search": "", "state": null, "page": 0 });
            let answer = self.call_from(seat, function, request);
            assert!(
                !answer.is_success(),
                "{function} of an account that demands MFA"
            );
        }
        if *place == strict {
            let answer = self.ask_from(seat, "accounts/list");
            answer.expect_refused(403, "set_up_required");
        }
    }

    /// The counters are the user's own, each known browser's and each session's. One guess is
    /// counted once.
    fn counters_fall_only_after_a_complete_sign_in(&mut self, complete: Option<usize>) {
        let now = self.refused_in_a_row();
        let mut risen = 0;
        for counter in now {
            let is_same = |before: &Counter| {
                (before.person, &before.holder) == (counter.person, &counter.holder)
            };
            let before = self.counters.iter().position(is_same);
            let before = before.map_or(0, |place| self.counters.swap_remove(place).refused);
            let refused = counter.refused;
            assert!(
                refused >= before || complete == Some(counter.person),
                "{before} → {refused} wrong codes"
            );
            risen += refused.saturating_sub(before);
            self.counters.push(counter);
        }
        assert!(risen <= 1, "one guess was counted {risen} times");
    }

    /// A replaced token never works again.
    fn former_tokens_are_dead(&mut self) {
        for (seat, token) in std::mem::take(&mut self.journal.former) {
            let mut thief = self.server.browser();
            thief.set_cookie("twinlock-3000", &token);
            let viewer = self
                .runtime
                .block_on(thief.ask("session/whoami"))
                .expect_ok();
            assert!(viewer.is_null(), "a former token of browser {seat} lives");
        }
    }
}
