//! Why a command of the operator was refused or failed.

use std::fmt;

use domain::{
    people::names::{AccountName, ApplicationName},
    ports::{MembershipChange, PortError},
};

/// Why a command of the operator was refused or failed. The `Display` text names no user; the
/// command line adds names and remedies.
#[derive(Debug)]
pub enum OperatorError {
    /// There is no such user.
    NoUser,
    /// There is no such account.
    NoAccount,
    /// Another user has the address.
    EmailTaken,
    /// Another account has the name.
    NameTaken {
        /// The other account's spelling of the name.
        holder: AccountName,
    },
    /// There is no such application.
    NoApplication,
    /// Another application has the name.
    ApplicationNameTaken {
        /// The other application's spelling of the name.
        holder: ApplicationName,
    },
    /// Another application has the origin.
    OriginTaken {
        /// The other application.
        holder: ApplicationName,
    },
    /// The origin has the host of the pages themselves.
    OwnHost,
    /// The user already belongs to the account.
    AlreadyMember,
    /// The user does not belong to the account.
    NotMember,
    /// The change would leave accounts without an Owner who can sign in.
    LastOwner {
        /// How many accounts.
        count: u32,
        /// Their names, which another command may have changed since.
        accounts: Vec<AccountName>,
    },
    /// A port failed.
    Port(PortError),
}

impl From<PortError> for OperatorError {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl fmt::Display for OperatorError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoUser => "there is no such user",
            Self::NoAccount => "there is no such account",
            Self::EmailTaken => "another user has this address",
            Self::NameTaken { .. } => "another account has this name",
            Self::NoApplication => "there is no such application",
            Self::ApplicationNameTaken { .. } => "another application has this name",
            Self::OriginTaken { .. } => "another application has this origin",
            Self::OwnHost => "this is the host of Twinlock itself",
            Self::AlreadyMember => "the user belongs to the account already",
            Self::NotMember => "the user does not belong to the account",
            Self::LastOwner { .. } => "an account would be left without an Owner who can sign in",
            Self::Port(error) => return error.fmt(out),
        })
    }
}

impl std::error::Error for OperatorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Port(error) => error.source(),
            _ => None,
        }
    }
}

/// Turns the result of a change to one membership into an error unless the change was made.
/// `absent` is the error for [`MembershipChange::NotThere`].
pub(super) fn check(change: MembershipChange, absent: OperatorError) -> Result<(), OperatorError> {
    match change {
        MembershipChange::Done => Ok(()),
        MembershipChange::NotThere => Err(absent),
        MembershipChange::LastOwner { accounts } => Err(OperatorError::LastOwner {
            count: accounts,
            accounts: Vec::new(),
        }),
    }
}
