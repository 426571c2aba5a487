//! Applications behind Twinlock, the codes that open them, and the sessions of people in them.

use async_trait::async_trait;

use super::{PortError, SessionRecord};
use crate::{
    door::{ApplicationAccess, ApplicationOrigin, MfaDemand, Target, UserHeader},
    ids::{AccountId, ApplicationId, SessionId},
    people::names::{AccountName, ApplicationName},
    time::Timestamp,
    token::TokenHash,
};

/// An application to put behind Twinlock.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Its identifier.
    pub id: ApplicationId,
    /// Its name, unique by its search key.
    pub name: ApplicationName,
    /// Its origin, unique.
    pub origin: ApplicationOrigin,
    /// Who may enter.
    pub access: ApplicationAccess,
    /// Whether it asks for MFA by itself.
    pub mfa: MfaDemand,
    /// What `Remote-User` holds.
    pub user_header: UserHeader,
    /// When it was added.
    pub at: Timestamp,
}

/// An application as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRecord {
    /// Its identifier.
    pub id: ApplicationId,
    /// Its name.
    pub name: ApplicationName,
    /// Its origin.
    pub origin: ApplicationOrigin,
    /// Who may enter.
    pub access: ApplicationAccess,
    /// The names of the accounts in `access`, by name.
    pub account_names: Vec<AccountName>,
    /// Whether it asks for MFA by itself.
    pub mfa: MfaDemand,
    /// What `Remote-User` holds.
    pub user_header: UserHeader,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Changes of an application. What is none stays.
#[derive(Debug, Clone, Default)]
pub struct ApplicationEdit {
    /// The new name.
    pub name: Option<ApplicationName>,
    /// The new origin. Every session at the old one ends, because its cookie stays there.
    pub origin: Option<ApplicationOrigin>,
    /// Who may enter now.
    pub access: Option<ApplicationAccess>,
    /// Whether it asks for MFA by itself now.
    pub mfa: Option<MfaDemand>,
    /// What `Remote-User` holds now.
    pub user_header: Option<UserHeader>,
}

/// The result of adding an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationAddition {
    /// The application exists.
    Added,
    /// Another application has the name.
    NameTaken,
    /// Another application has the origin.
    OriginTaken,
    /// One of the accounts does not exist.
    NoAccount,
}

/// The result of changing an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationChange {
    /// The application has changed.
    Changed,
    /// The application was like that already, so there is no event.
    Same,
    /// There is no such application.
    NoApplication,
    /// Another application has the name.
    NameTaken,
    /// Another application has the origin.
    OriginTaken,
    /// One of the accounts does not exist.
    NoAccount,
}

/// The result of removing an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationRemoval {
    /// The application, its codes and its sessions are gone.
    Removed,
    /// There is no such application.
    NoApplication,
}

/// A code to draw: one browser may exchange it once for a session in the application.
#[derive(Debug, Clone)]
pub struct NewApplicationCode {
    /// The hash of the code.
    pub code: TokenHash,
    /// The application that it opens.
    pub application: ApplicationId,
    /// The session of the person.
    pub session: SessionId,
    /// The account that the person works in. The code is gone once they leave it.
    pub account: Option<AccountId>,
    /// The hash of the nonce that the browser has at the application's host.
    pub nonce: TokenHash,
    /// Where the person continues.
    pub target: Target,
    /// When the code was drawn. It opens for [`crate::door::CODE_LIFETIME`].
    pub at: Timestamp,
}

/// The result of drawing a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeDraw {
    /// The code opens the application.
    Drawn,
    /// The session, the membership or the application is gone.
    Gone,
}

/// A code that a browser brings.
#[derive(Debug, Clone)]
pub struct TakenApplicationCode {
    /// The hash of the code.
    pub code: TokenHash,
    /// The hash of the nonce that the browser sent.
    pub nonce: TokenHash,
    /// The origin at which the code was brought.
    pub origin: ApplicationOrigin,
    /// The token of the new session.
    pub token: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// The result of taking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeTake {
    /// The code is used up and the person is in the application.
    Opened {
        /// Where the person continues.
        target: Target,
    },
    /// The code is unknown, used up or too old, or it was drawn for another browser or another
    /// application. Nothing was changed.
    Refused,
}

/// A session in an application, with the person's own session, from one read.
#[derive(Debug, Clone)]
pub struct ApplicationSessionRecord {
    /// The application.
    pub application: ApplicationRecord,
    /// The account for which the person entered. If the session works in another one now, the
    /// person has to enter again.
    pub account: Option<AccountId>,
    /// The person's session.
    pub session: SessionRecord,
}

/// The result of ending a session in an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationSessionEnd {
    /// The session has ended.
    Ended,
    /// There was no such session at that origin.
    NoSession,
}

/// Applications behind Twinlock. A session in an application hangs on the person's session and on
/// their membership, so whatever ends one of these ends it.
#[async_trait]
pub trait Applications: Send + Sync {
    /// Adds an application.
    async fn add(&self, application: NewApplication) -> Result<ApplicationAddition, PortError>;

    /// All applications by name.
    async fn list(&self) -> Result<Vec<ApplicationRecord>, PortError>;

    /// Finds an application by the search key of its name.
    async fn find(&self, name: &ApplicationName) -> Result<Option<ApplicationRecord>, PortError>;

    /// Finds an application by its identifier.
    async fn get(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<ApplicationRecord>, PortError>;

    /// Finds an application by its origin.
    async fn at(&self, origin: &ApplicationOrigin) -> Result<Option<ApplicationRecord>, PortError>;

    /// Changes an application.
    async fn edit(
        &self,
        application: &ApplicationId,
        edit: ApplicationEdit,
        at: Timestamp,
    ) -> Result<ApplicationChange, PortError>;

    /// Removes an application with its codes and sessions.
    async fn remove(&self, application: &ApplicationId) -> Result<ApplicationRemoval, PortError>;

    /// Draws a code.
    async fn draw_code(&self, code: NewApplicationCode) -> Result<CodeDraw, PortError>;

    /// Takes a code and opens a session in the application, in one transaction.
    async fn take_code(&self, code: TakenApplicationCode) -> Result<CodeTake, PortError>;

    /// The session of a token at an origin, unless its user is disabled. One indexed read.
    async fn session(
        &self,
        token: TokenHash,
        origin: &ApplicationOrigin,
    ) -> Result<Option<ApplicationSessionRecord>, PortError>;

    /// Ends a session in an application.
    async fn end_session(
        &self,
        token: TokenHash,
        origin: &ApplicationOrigin,
    ) -> Result<ApplicationSessionEnd, PortError>;
}
