//! The actions that the model draws from.

use proptest::prelude::*;

/// The index of one of the site's browsers; two belong to each person.
pub type Seat = usize;
/// The number of browsers.
pub const SEATS: Seat = 6;

/// A code of a step relative to the current one, a wrong code, or a repeated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeChoice {
    Step(i64),
    Wrong,
    /// The last code given, whether it was accepted or not.
    Again,
}

/// The action that a verification is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Reset,
    Delete,
    Generate,
    RuleOff,
    MemberReset,
}

/// One action of a user, of the operator or of the clock.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    SignIn {
        seat: Seat,
        right: bool,
    },
    SignOut(Seat),
    GiveCode {
        seat: Seat,
        code: CodeChoice,
    },
    GiveBackupCode {
        seat: Seat,
        index: usize,
    },
    ConfirmPassword(Seat),
    Choose {
        seat: Seat,
        strict: bool,
    },
    SetUp(Seat),
    Confirm {
        seat: Seat,
        code: CodeChoice,
    },
    CancelSetUp(Seat),
    FreshCodes(Seat),
    Finish(Seat),
    KeepCodes(Seat),
    Ask {
        seat: Seat,
        purpose: Purpose,
    },
    Verify {
        seat: Seat,
        purpose: Purpose,
        code: CodeChoice,
    },
    VerifyBackup {
        seat: Seat,
        purpose: Purpose,
        index: usize,
    },
    Act {
        seat: Seat,
        purpose: Purpose,
    },
    Test {
        seat: Seat,
        code: CodeChoice,
    },
    RequireMfa(Seat),
    /// A complete set-up, as most users do it.
    WholeSetUp(Seat),
    /// A complete sign-in with a code.
    WholeSignIn(Seat),
    /// A complete verification.
    WholeStepUp {
        seat: Seat,
        purpose: Purpose,
    },
    Wait {
        seconds: i64,
    },
    Operator(OperatorAction),
}

/// The operator's commands.
#[derive(Debug, Clone, Copy)]
pub enum OperatorAction {
    Rule(bool),
    Disabled { person: usize, disabled: bool },
    Unlock { person: usize },
    ResetMfa { person: usize },
    NewPassword { person: usize },
}

/// Draws any action; complete journeys are frequent enough that their ends are reached.
pub fn any_action() -> BoxedStrategy<Action> {
    let seat = || 0..SEATS;
    let code = || {
        prop_oneof![
            5 => Just(CodeChoice::Step(0)),
            2 => (-2_i64..=1).prop_map(CodeChoice::Step),
            3 => Just(CodeChoice::Wrong),
            2 => Just(CodeChoice::Again),
        ]
    };
    let purpose = || {
        prop_oneof![
            Just(Purpose::Reset),
            Just(Purpose::Delete),
            Just(Purpose::Generate),
            Just(Purpose::RuleOff),
            Just(Purpose::MemberReset),
        ]
    };
    let index = || 0_usize..24;
    let seconds = prop_oneof![
        4 => Just(30_i64), 3 => 1_i64..40, 2 => Just(299), 2 => Just(301), 2 => Just(600), 3 => Just(901), 1 => Just(1_801), 1 => Just(3_601),
        1 => Just(86_401), 1 => Just(-600),
    ];
    let sessions = prop_oneof![
        4 => (seat(), prop::bool::weighted(0.8)).prop_map(|(seat, right)| Action::SignIn { seat, right }),
        1 => seat().prop_map(Action::SignOut),
        4 => (seat(), code()).prop_map(|(seat, code)| Action::GiveCode { seat, code }),
        3 => (seat(), index()).prop_map(|(seat, index)| Action::GiveBackupCode { seat, index }),
        1 => seat().prop_map(Action::ConfirmPassword),
        2 => (seat(), prop::bool::ANY).prop_map(|(seat, strict)| Action::Choose { seat, strict }),
        4 => seat().prop_map(Action::WholeSignIn),
    ];
    let methods = prop_oneof![
        2 => seat().prop_map(Action::SetUp),
        2 => (seat(), code()).prop_map(|(seat, code)| Action::Confirm { seat, code }),
        1 => seat().prop_map(Action::CancelSetUp),
        1 => seat().prop_map(Action::FreshCodes),
        1 => seat().prop_map(Action::Finish),
        1 => seat().prop_map(Action::KeepCodes),
        2 => (seat(), code()).prop_map(|(seat, code)| Action::Test { seat, code }),
        4 => seat().prop_map(Action::WholeSetUp),
    ];
    let step_ups = prop_oneof![
        2 => (seat(), purpose()).prop_map(|(seat, purpose)| Action::Ask { seat, purpose }),
        2 => (seat(), purpose(), code()).prop_map(|(seat, purpose, code)| Action::Verify { seat, purpose, code }),
        1 => (seat(), purpose(), index()).prop_map(|(seat, purpose, index)| Action::VerifyBackup { seat, purpose, index }),
        3 => (seat(), purpose()).prop_map(|(seat, purpose)| Action::Act { seat, purpose }),
        3 => (seat(), purpose()).prop_map(|(seat, purpose)| Action::WholeStepUp { seat, purpose }),
    ];
    let person = || 0_usize..3;
    let operator = prop_oneof![
        3 => prop::bool::ANY.prop_map(OperatorAction::Rule),
        1 => (person(), prop::bool::weighted(0.3)).prop_map(|(person, disabled)| OperatorAction::Disabled { person, disabled }),
        1 => person().prop_map(|person| OperatorAction::Unlock { person }),
        1 => person().prop_map(|person| OperatorAction::ResetMfa { person }),
        1 => person().prop_map(|person| OperatorAction::NewPassword { person }),
    ];
    prop_oneof![
        8 => sessions,
        6 => methods,
        6 => step_ups,
        2 => seat().prop_map(Action::RequireMfa),
        6 => seconds.prop_map(|seconds| Action::Wait { seconds }),
        2 => operator.prop_map(Action::Operator),
    ]
    .boxed()
}
