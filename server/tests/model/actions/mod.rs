//! The actions that the model draws from.

mod drawn;

pub use drawn::any_action;

/// The index of one of the site's browsers; two belong to each person.
pub type Seat = usize;
/// The number of browsers.
pub const SEATS: Seat = 6;

/// Chooses one of several: this number modulo how many there are. Methods of the user come before
/// those of others.
pub type Nth = usize;

/// A code of a step relative to the current one, a wrong code, or a repeated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeChoice {
    Step(i64),
    Wrong,
    /// The last code given, whether it was accepted or not.
    Again,
    /// The current code of a deleted application.
    Gone,
}

/// What a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Application,
    Passkey,
    SecurityKey,
}

/// What a key is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    SignIn,
    StepUp(Purpose),
    Test(Nth),
}

/// The authenticator that makes a new key, and the challenge that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKey {
    /// A new one, to the newest challenge.
    New,
    /// One that made a key before, for anybody.
    Known(Nth),
    /// A new one, to any challenge that was ever drawn for a set-up.
    OldChallenge(Nth),
    /// The last answer once more.
    Again,
}

/// The key that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// One of the user's keys.
    Own(Nth),
    /// Any key that was ever made: of another user, or deleted.
    Any(Nth),
}

/// How a key answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// The newest challenge of the browser.
    Newest,
    /// Any challenge that was ever drawn.
    OldChallenge(Nth),
    /// As a copy of the key does, which counts from where it was copied.
    Copied,
    /// The last answer once more.
    Again,
}

/// The action that a verification is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Add(Kind),
    Reset(Nth),
    Delete(Nth),
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
        app: Nth,
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
    SetUp {
        seat: Seat,
        kind: Kind,
        is_default: bool,
    },
    /// A fresh challenge for the key that is being set up.
    RenewKeySetUp(Seat),
    ConfirmKey {
        seat: Seat,
        key: NewKey,
    },
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
        app: Nth,
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
        app: Nth,
        code: CodeChoice,
    },
    Challenge {
        seat: Seat,
        occasion: Occasion,
    },
    Sign {
        seat: Seat,
        occasion: Occasion,
        signer: Signer,
        signing: Signing,
    },
    MakeDefault {
        seat: Seat,
        method: Nth,
    },
    Rename {
        seat: Seat,
        method: Nth,
        name: &'static str,
    },
    RequireMfa(Seat),
    /// A complete set-up of a first method, as most users do it.
    WholeSetUp {
        seat: Seat,
        kind: Kind,
    },
    /// A complete sign-in with a code or by a key, if there is one.
    WholeSignIn {
        seat: Seat,
        by_key: bool,
    },
    /// A complete verification with a code or by a key, and its action.
    WholeStepUp {
        seat: Seat,
        by_key: bool,
        purpose: Purpose,
    },
    /// A challenge, the answer of a key, and the same answer once more.
    WholeSigning {
        seat: Seat,
        occasion: Occasion,
        signer: Signer,
        signing: Signing,
    },
    /// Adds keys until no more is accepted.
    FillWithKeys(Seat),
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
