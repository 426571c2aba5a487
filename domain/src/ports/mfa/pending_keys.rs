//! Keys that sessions are setting up.

use crate::{
    ids::{MethodId, SessionId, UserId},
    people::names::MethodName,
    second_factor::methods::MethodType,
    secrets::vault::Sealed,
    time::Timestamp,
    webauthn::authenticators::KeyKind,
};

/// What a pending key becomes when its first code is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPurpose {
    /// The first method of a user without one.
    First,
    /// One more method, after an Identity verification by an existing factor.
    Further,
    /// The key of this authenticator application, after an Identity verification. The old key
    /// works until then.
    Reset(MethodId),
}

/// What a session is setting up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingFactor {
    /// An authenticator application, with its key, sealed for this row.
    Application(Sealed),
    /// A passkey or security key, which the person's authenticator makes.
    PublicKey(KeyKind),
}

impl PendingFactor {
    /// The type of the method to be.
    #[must_use]
    pub fn method_type(&self) -> MethodType {
        match self {
            Self::Application(_) => MethodType::Application,
            Self::PublicKey(kind) => (*kind).into(),
        }
    }
}

/// A key that a session is setting up. Each session has at most one. A pending key activates
/// nothing.
#[derive(Debug, Clone)]
pub struct PendingKey {
    /// The session that created it. No other session may see or confirm it.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// What is set up.
    pub factor: PendingFactor,
    /// When it was made.
    pub made_at: Timestamp,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The name of the method to be. A reset keeps the name of its method.
    pub name: MethodName,
    /// Whether the method is to be the default. A first method always is, and a reset keeps what
    /// its method is.
    pub is_default: bool,
    /// When the factor that allowed it was given; none for a first method. The store sets this time
    /// when it takes the grant.
    pub proved_at: Option<Timestamp>,
}
