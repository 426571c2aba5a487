//! How often which action is drawn. Complete journeys are frequent enough that their ends are
//! reached.

use proptest::prelude::*;

use super::{
    Action, CodeChoice, Kind, NewKey, Nth, Occasion, OperatorAction, Purpose, SEATS, Seat, Signer,
    Signing,
};

/// Draws any action. Each part is boxed, or together they are too large for a test's stack.
pub fn any_action() -> BoxedStrategy<Action> {
    prop_oneof![
        8 => sessions(),
        6 => methods(),
        6 => keys(),
        7 => step_ups(),
        2 => seat().prop_map(Action::RequireMfa),
        6 => seconds().prop_map(|seconds| Action::Wait { seconds }),
        2 => operator().prop_map(Action::Operator),
    ]
    .boxed()
}

/// One person acts more than the others, so that they reach several methods.
fn seat() -> BoxedStrategy<Seat> {
    prop_oneof![1 => 0..2_usize, 1 => 0..SEATS].boxed()
}

fn nth() -> BoxedStrategy<Nth> {
    prop_oneof![3 => 0_usize..3, 1 => 0_usize..24].boxed()
}

fn kind() -> BoxedStrategy<Kind> {
    prop_oneof![
        Just(Kind::Application),
        Just(Kind::Passkey),
        Just(Kind::SecurityKey),
    ]
    .boxed()
}

fn code() -> BoxedStrategy<CodeChoice> {
    prop_oneof![
        5 => Just(CodeChoice::Step(0)),
        2 => (-2_i64..=1).prop_map(CodeChoice::Step),
        3 => Just(CodeChoice::Wrong),
        2 => Just(CodeChoice::Again),
        1 => Just(CodeChoice::Gone),
    ]
    .boxed()
}

fn purpose() -> BoxedStrategy<Purpose> {
    prop_oneof![
        3 => kind().prop_map(Purpose::Add),
        1 => nth().prop_map(Purpose::Reset),
        3 => nth().prop_map(Purpose::Delete),
        1 => Just(Purpose::Generate),
        1 => Just(Purpose::RuleOff),
        1 => Just(Purpose::MemberReset),
    ]
    .boxed()
}

fn occasion() -> BoxedStrategy<Occasion> {
    prop_oneof![
        3 => Just(Occasion::SignIn),
        2 => purpose().prop_map(Occasion::StepUp),
        2 => nth().prop_map(Occasion::Test),
    ]
    .boxed()
}

fn signer() -> BoxedStrategy<Signer> {
    prop_oneof![
        3 => nth().prop_map(Signer::Own),
        1 => nth().prop_map(Signer::Any),
    ]
    .boxed()
}

fn signing() -> BoxedStrategy<Signing> {
    prop_oneof![
        5 => Just(Signing::Newest),
        2 => Just(Signing::Again),
        1 => nth().prop_map(Signing::OldChallenge),
        1 => Just(Signing::Copied),
    ]
    .boxed()
}

fn new_key() -> BoxedStrategy<NewKey> {
    prop_oneof![
        4 => Just(NewKey::New),
        2 => nth().prop_map(NewKey::Known),
        1 => nth().prop_map(NewKey::OldChallenge),
        1 => Just(NewKey::Again),
    ]
    .boxed()
}

fn seconds() -> BoxedStrategy<i64> {
    prop_oneof![
        4 => Just(30_i64), 3 => 1_i64..40, 2 => Just(299), 2 => Just(301), 2 => Just(600),
        3 => Just(901), 1 => Just(1_801), 1 => Just(3_601), 1 => Just(86_401), 1 => Just(-600),
    ]
    .boxed()
}

fn sessions() -> BoxedStrategy<Action> {
    let right = || prop::bool::weighted(0.8);
    prop_oneof![
        4 => (seat(), right()).prop_map(|(seat, right)| Action::SignIn { seat, right }),
        1 => seat().prop_map(Action::SignOut),
        4 => (seat(), nth(), code())
            .prop_map(|(seat, app, code)| Action::GiveCode { seat, app, code }),
        3 => (seat(), 0_usize..24)
            .prop_map(|(seat, index)| Action::GiveBackupCode { seat, index }),
        1 => seat().prop_map(Action::ConfirmPassword),
        2 => (seat(), prop::bool::ANY).prop_map(|(seat, strict)| Action::Choose { seat, strict }),
        4 => (seat(), prop::bool::ANY)
            .prop_map(|(seat, by_key)| Action::WholeSignIn { seat, by_key }),
    ]
    .boxed()
}

fn methods() -> BoxedStrategy<Action> {
    let name = || prop_oneof![Just("Phone"), Just("Tablet")];
    prop_oneof![
        2 => (seat(), kind(), prop::bool::ANY)
            .prop_map(|(seat, kind, is_default)| Action::SetUp { seat, kind, is_default }),
        2 => (seat(), code()).prop_map(|(seat, code)| Action::Confirm { seat, code }),
        1 => seat().prop_map(Action::CancelSetUp),
        1 => seat().prop_map(Action::FreshCodes),
        1 => seat().prop_map(Action::Finish),
        1 => seat().prop_map(Action::KeepCodes),
        2 => (seat(), nth(), code()).prop_map(|(seat, app, code)| Action::Test { seat, app, code }),
        2 => (seat(), nth()).prop_map(|(seat, method)| Action::MakeDefault { seat, method }),
        1 => (seat(), nth(), name())
            .prop_map(|(seat, method, name)| Action::Rename { seat, method, name }),
        5 => (seat(), kind()).prop_map(|(seat, kind)| Action::WholeSetUp { seat, kind }),
    ]
    .boxed()
}

fn keys() -> BoxedStrategy<Action> {
    prop_oneof![
        8 => (seat(), new_key()).prop_map(|(seat, key)| Action::ConfirmKey { seat, key }),
        4 => seat().prop_map(Action::RenewKeySetUp),
        8 => (seat(), occasion()).prop_map(|(seat, occasion)| Action::Challenge { seat, occasion }),
        12 => (seat(), occasion(), signer(), signing()).prop_map(
            |(seat, occasion, signer, signing)| Action::Sign { seat, occasion, signer, signing }
        ),
        12 => (seat(), occasion(), signer(), signing()).prop_map(
            |(seat, occasion, signer, signing)| Action::WholeSigning {
                seat,
                occasion,
                signer,
                signing
            }
        ),
        1 => seat().prop_map(Action::FillWithKeys),
    ]
    .boxed()
}

fn step_ups() -> BoxedStrategy<Action> {
    prop_oneof![
        2 => (seat(), purpose()).prop_map(|(seat, purpose)| Action::Ask { seat, purpose }),
        2 => (seat(), purpose(), nth(), code()).prop_map(
            |(seat, purpose, app, code)| Action::Verify { seat, purpose, app, code }
        ),
        1 => (seat(), purpose(), 0_usize..24).prop_map(
            |(seat, purpose, index)| Action::VerifyBackup { seat, purpose, index }
        ),
        3 => (seat(), purpose()).prop_map(|(seat, purpose)| Action::Act { seat, purpose }),
        5 => (seat(), prop::bool::ANY, purpose()).prop_map(
            |(seat, by_key, purpose)| Action::WholeStepUp { seat, by_key, purpose }
        ),
    ]
    .boxed()
}

fn operator() -> BoxedStrategy<OperatorAction> {
    let person = || 0_usize..3;
    prop_oneof![
        3 => prop::bool::ANY.prop_map(OperatorAction::Rule),
        1 => (person(), prop::bool::weighted(0.3))
            .prop_map(|(person, disabled)| OperatorAction::Disabled { person, disabled }),
        1 => person().prop_map(|person| OperatorAction::Unlock { person }),
        1 => person().prop_map(|person| OperatorAction::ResetMfa { person }),
        1 => person().prop_map(|person| OperatorAction::NewPassword { person }),
    ]
    .boxed()
}
