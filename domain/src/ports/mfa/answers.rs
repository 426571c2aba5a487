//! What the calls of [`super::Mfa`] answer.

use crate::people::names::MethodName;

/// The answer to a right 6-digit code or signature at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInCodeUse {
    /// The sign-in is complete.
    Accepted {
        /// How many codes were refused in a row before this one, by
        /// [`crate::second_factor::lockout::refused_before`].
        refused_before: u32,
    },
    /// The step, or a later one, was used before; or the key signed something else meanwhile.
    AlreadyUsed,
    /// The session ended or its token changed meanwhile; nothing was used up.
    SessionGone,
}

/// The answer to a right backup code at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInBackupCodeUse {
    /// The sign-in is complete.
    Accepted {
        /// How many codes of the valid set still work.
        codes_left: u32,
    },
    /// The code was used before, or is not of the valid set.
    AlreadyUsed,
    /// The session ended or its token changed meanwhile; nothing was used up.
    SessionGone,
}

/// The answer to a right code, backup code or signature within a complete session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeUse {
    /// The code is used up, and what it was given for has happened.
    Accepted,
    /// The step or the backup code was used before; or the key signed something else meanwhile.
    AlreadyUsed,
    /// The session ended, or something that the code depends on changed meanwhile; nothing was
    /// used up.
    SessionGone,
}

/// The answer to the confirmation of a pending key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyActivation {
    /// The key is the user's method.
    Activated,
    /// The pending key was confirmed, replaced or dropped before, or the user's method is another
    /// one by now.
    KeyGone,
    /// The credential is registered already, for this user or another.
    CredentialTaken,
    /// The session ended or its token changed meanwhile.
    SessionGone,
}

/// The answer to an action that takes a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantUse {
    /// The grant is taken, and the action has happened.
    Done,
    /// There is no such grant, or it has expired.
    NoGrant,
    /// What the action depends on is gone: the session or its token, the method, or a right of the
    /// user. The grant was not taken.
    NotAllowed,
}

/// The answer to a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodDeletion {
    /// The method is deleted.
    Deleted {
        /// The method that became the default because the deleted one was it.
        new_default: Option<MethodName>,
    },
    /// There is no such grant, or it has expired.
    NoGrant,
    /// The session or its token, or the method, is gone. The grant was not taken.
    NotAllowed,
}

/// The answer to a change of the backup codes that a session has to finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSetChange {
    /// The change has happened.
    Done,
    /// The session has ended, or has no codes to finish.
    NothingToFinish,
    /// Another set has replaced this one.
    SetReplaced,
}

/// The answer to a change of a method of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodChange {
    /// The change has happened.
    Done,
    /// The user has no such method, or none at all.
    NoMethod,
}
