//! Inputs and outputs of the use cases of applications.

use domain::{
    door::{ApplicationOrigin, Identity, Target},
    ids::ApplicationId,
    people::names::ApplicationName,
    token::{Token, TokenHash},
};

/// A request for an application that is to be judged.
pub struct Ask<'a> {
    /// Where the request goes.
    pub origin: &'a ApplicationOrigin,
    /// The token of the session in the application.
    pub token: Option<TokenHash>,
    /// Whether a person caused the request, and no page that polls by itself.
    pub is_activity: bool,
}

/// The verdict on a request for an application.
pub enum Verdict {
    /// The person is let in.
    LetIn(Box<Identity>),
    /// The person has to go through the portal first.
    SignIn(ApplicationId),
    /// There is no application at this origin.
    Unknown,
}

/// The nonce of a browser on its way to the portal and back.
pub struct Nonce {
    /// The nonce.
    pub token: Token,
    /// Whether it was drawn just now, so that the browser does not have it yet.
    pub is_new: bool,
}

/// What the portal answers to a person on their way into an application.
pub enum Opening {
    /// Continue at this URL, which carries a code.
    Continue(String),
    /// The sign-in is not complete. The answer does not depend on whether the application exists.
    SignIn,
    /// There is no such application.
    Unknown,
    /// The application is not for the account that the person works in.
    OtherAccount {
        /// Its name.
        application: ApplicationName,
        /// Whether the person can switch to another account.
        has_several_accounts: bool,
    },
    /// The application requires MFA, and the person has none.
    MfaRequired {
        /// Its name.
        application: ApplicationName,
    },
}

/// A code that a browser brings to an application.
pub struct TakeCode<'a> {
    /// The code.
    pub code: &'a Token,
    /// The nonce of the browser.
    pub nonce: &'a Token,
    /// The application.
    pub origin: &'a ApplicationOrigin,
}

/// A person who has come into an application.
pub struct Taken {
    /// The token of the session in the application.
    pub token: Token,
    /// Where the person continues.
    pub target: Target,
}
