//! Valid and invalid answers, tested without a browser: `serde_json` replaces the browser's parser.

use domain::{
    ids::{AccountId, UserId},
    members::{MemberState, NoReset},
    people::roles::Role,
    second_factor::methods::MethodCounts,
    time::Timestamp,
};
use rstest::rstest;
use serde_json::{Value as Parsed, json};
use usecases::{
    accounts::{AccountRow, LastRuleChange, MemberList, MemberRow, Protection},
    session::Viewer,
};

use super::{Json, JsonValue, TypeMismatch, read};
use crate::wire::error::AppError;

impl Json for Parsed {
    const NULL: Self = Self::Null;

    fn is_nothing(&self) -> bool {
        self.is_null()
    }

    fn boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(ToOwned::to_owned)
    }

    fn is_array(&self) -> bool {
        Self::is_array(self)
    }

    fn is_object(&self) -> bool {
        Self::is_object(self)
    }

    fn elements(&self) -> Vec<JsonValue<Self>> {
        let elements = self.as_array().cloned().unwrap_or_default();
        elements.into_iter().map(JsonValue).collect()
    }

    fn entries(&self) -> Result<Vec<(String, JsonValue<Self>)>, TypeMismatch> {
        let entries = self.as_object().cloned().unwrap_or_default();
        let entries = entries.into_iter().map(|(name, of)| (name, JsonValue(of)));
        Ok(entries.collect())
    }

    fn field(&self, name: &str) -> Option<Self> {
        self.get(name).cloned()
    }
}

fn members() -> MemberList {
    let row = |n: u8, state, added_at, no_reset| MemberRow {
        id: UserId::from_random([n; 16]),
        name: "Zoë 田中 \u{1f600}".to_owned(),
        email: "zoe@example.com".to_owned(),
        role: Role::Member,
        state,
        methods: MethodCounts::default(),
        added_at,
        used_at: None,
        no_reset,
    };
    let at = Timestamp::from_millis(1_800_000_000_000);
    MemberList {
        account: "Example Ltd".to_owned(),
        requires_mfa: true,
        members: vec![
            row(1, MemberState::On, Some(at), None),
            row(2, MemberState::Locked, None, Some(NoReset::OtherAccounts)),
        ],
        matching: u32::MAX,
    }
}

/// An answer with one value replaced.
fn changed(pointer: &str, value: Parsed) -> Parsed {
    let mut answer = serde_json::to_value(members()).unwrap();
    *answer.pointer_mut(pointer).unwrap() = value;
    answer
}

#[test]
fn what_the_server_writes_is_read() {
    let written = serde_json::to_value(members()).unwrap();
    assert_eq!(read::<_, MemberList>(written).unwrap(), members());
    let account = AccountRow {
        id: AccountId::from_random([3; 16]),
        name: String::new(),
        role: Role::Owner,
        requires_mfa: false,
        rule: Some(LastRuleChange {
            by: None,
            at: Timestamp::from_millis(0),
        }),
        protection: Some(Protection {
            members: 3,
            protected: 1,
        }),
    };
    let written = serde_json::to_value([&account]).unwrap();
    assert_eq!(read::<_, Vec<AccountRow>>(written).unwrap(), [account]);
    assert_eq!(read::<_, Option<Viewer>>(Parsed::Null).unwrap(), None);
    read::<_, ()>(Parsed::Null).unwrap();
}

#[test]
fn a_refusal_is_read() {
    let wire = json!({ "kind": "paused", "seconds": 42 });
    let read = read::<_, AppError>(wire).unwrap();
    assert_eq!(read, AppError::Paused { seconds: 42 });
}

/// A newer server may send more fields.
#[test]
fn an_unknown_field_is_left_out_however_deep_it_is() {
    let mut deep = json!([]);
    for _ in 0..100 {
        deep = json!({ "deeper": [deep] });
    }
    let mut answer = serde_json::to_value(members()).unwrap();
    answer["new"] = deep;
    assert_eq!(read::<_, MemberList>(answer).unwrap(), members());
}

#[rstest]
#[case::no_text("/account", json!(7))]
#[case::null_for_a_text("/account", Parsed::Null)]
#[case::no_boolean("/requires_mfa", json!("true"))]
#[case::a_number_for_a_boolean("/requires_mfa", json!(1))]
#[case::null_for_a_list("/members", Parsed::Null)]
#[case::an_object_for_a_list("/members", json!({ "0": {} }))]
#[case::a_text_for_a_list("/members", json!("zoe"))]
#[case::null_for_a_row("/members/0", Parsed::Null)]
#[case::a_list_for_a_row("/members/0", json!([1, 2]))]
#[case::nothing_in_a_row("/members/0", json!({}))]
#[case::below_zero("/matching", json!(-1))]
#[case::a_fraction("/matching", json!(1.5))]
#[case::beyond_its_type("/matching", json!(4_294_967_296_u64))]
#[case::beyond_what_is_exact("/matching", json!(1e300))]
#[case::a_number_as_text("/matching", json!("3"))]
#[case::a_time_beyond_what_is_exact("/members/0/added_at", json!(9_007_199_254_740_993_u64))]
#[case::an_unknown_variant("/members/0/state", json!("asleep"))]
#[case::a_variant_with_content("/members/0/state", json!({ "on": 1 }))]
#[case::two_variants("/members/0/state", json!({ "on": null, "off": null }))]
#[case::no_variant("/members/0/state", json!({}))]
#[case::a_number_for_a_variant("/members/0/state", json!(0))]
#[case::an_odd_id("/members/0/id", json!("../etc"))]
fn an_odd_answer_is_a_misfit(#[case] pointer: &str, #[case] value: Parsed) {
    assert!(matches!(
        read::<_, MemberList>(changed(pointer, value)),
        Err(TypeMismatch)
    ));
}

#[rstest]
#[case(json!({ "account": "Example Ltd", "requires_mfa": true, "matching": 0 }))]
#[case(json!([]))]
#[case(json!("members"))]
#[case(Parsed::Null)]
fn an_answer_that_lacks_a_part_is_a_misfit(#[case] answer: Parsed) {
    assert!(matches!(read::<_, MemberList>(answer), Err(TypeMismatch)));
}

#[rstest]
#[case(json!({ "kind": "asleep" }))]
#[case(json!({ "kind": "paused" }))]
#[case(json!({ "kind": "paused", "seconds": 1e19 }))]
#[case(json!({ "kind": null }))]
#[case(json!({ "error": "rate limited" }))]
#[case(json!("paused"))]
fn what_is_no_refusal_of_ours_is_a_misfit(#[case] answer: Parsed) {
    assert!(matches!(read::<_, AppError>(answer), Err(TypeMismatch)));
}

#[rstest]
fn nothing_is_expected_and_something_comes(
    #[values(json!(true), json!([]), json!({}), json!(""))] answer: Parsed,
) {
    assert!(matches!(read::<_, ()>(answer), Err(TypeMismatch)));
}
