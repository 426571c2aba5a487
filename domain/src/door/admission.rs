//! Whether a session may enter an application. The portal asks before it draws a code, and the
//! verifier asks on every request.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{ids::AccountId, session::policy::Standing};

/// Who may enter an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationAccess {
    /// Everyone who can sign in, even people without an account.
    Everyone,
    /// Members of these accounts, while they work in one of them. If the list is empty because the
    /// accounts were removed, no one may.
    Accounts(Vec<AccountId>),
}

/// Whether an application asks for MFA by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MfaDemand {
    /// Each account's own rule decides.
    Account,
    /// Everyone needs MFA.
    Always,
}

/// What `Remote-User` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserHeader {
    /// The address, which may change.
    Email,
    /// The identifier, which never changes.
    Id,
}

/// The stored text is none that this version knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a value that this version does not know")]
pub struct UnknownValue;

macro_rules! stored {
    ($name:ident: $($value:ident = $text:literal),+) => {
        impl $name {
            /// The text as stored, and as the command line takes it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownValue;

            fn from_str(text: &str) -> Result<Self, UnknownValue> {
                match text { $($text => Ok(Self::$value),)+ _ => Err(UnknownValue) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
            }
        }
    };
}

stored!(MfaDemand: Account = "account", Always = "always");
stored!(UserHeader: Email = "email", Id = "id");

/// A session that may enter, and the account it enters for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationEntry<'a> {
    /// The account; none for a person who belongs to none.
    pub account: Option<&'a AccountId>,
}

/// Why a session may not enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The sign-in is not complete: the second factor, the choice of an account or a forced set-up
    /// is still required.
    SignInIncomplete,
    /// The application is not for the account that the session works in.
    OtherAccount,
    /// The application requires MFA, and the person has none.
    MfaRequired,
}

/// Decides whether a session of this standing may enter.
///
/// # Errors
/// The reason for the refusal, in the order in which a person has to mend them.
pub fn admit<'a>(
    access: &ApplicationAccess,
    mfa: MfaDemand,
    standing: &'a Standing,
    has_mfa: bool,
) -> Result<ApplicationEntry<'a>, NotAdmitted> {
    let Standing::Full { account, .. } = standing else {
        return Err(NotAdmitted::SignInIncomplete);
    };
    let account = account.as_ref();
    let is_open_to = match access {
        ApplicationAccess::Everyone => true,
        ApplicationAccess::Accounts(accounts) => account.is_some_and(|own| accounts.contains(own)),
    };
    if !is_open_to {
        Err(NotAdmitted::OtherAccount)
    } else if mfa == MfaDemand::Always && !has_mfa {
        Err(NotAdmitted::MfaRequired)
    } else {
        Ok(ApplicationEntry { account })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::people::roles::Role;

    fn account(number: u8) -> AccountId {
        AccountId::from_random([number; 16])
    }

    fn full(number: Option<u8>) -> Standing {
        Standing::Full {
            account: number.map(account),
            role: number.map(|_| Role::Member),
        }
    }

    fn only(numbers: &[u8]) -> ApplicationAccess {
        ApplicationAccess::Accounts(numbers.iter().copied().map(account).collect())
    }

    #[rstest]
    #[case::everyone(ApplicationAccess::Everyone, full(Some(1)), Ok(()))]
    #[case::everyone_without_account(ApplicationAccess::Everyone, full(None), Ok(()))]
    #[case::own_account(only(&[1, 2]), full(Some(2)), Ok(()))]
    #[case::other_account(only(&[1]), full(Some(2)), Err(NotAdmitted::OtherAccount))]
    #[case::no_account(only(&[1]), full(None), Err(NotAdmitted::OtherAccount))]
    #[case::accounts_removed(only(&[]), full(Some(1)), Err(NotAdmitted::OtherAccount))]
    #[case::half(
        ApplicationAccess::Everyone,
        Standing::HalfSignedIn,
        Err(NotAdmitted::SignInIncomplete)
    )]
    #[case::choice(
        ApplicationAccess::Everyone,
        Standing::ChooseAccount,
        Err(NotAdmitted::SignInIncomplete)
    )]
    #[case::set_up(ApplicationAccess::Everyone, Standing::SetUpOnly { account: account(1) }, Err(NotAdmitted::SignInIncomplete))]
    fn a_full_session_of_the_right_account_may_enter(
        #[case] access: ApplicationAccess,
        #[case] standing: Standing,
        #[case] expected: Result<(), NotAdmitted>,
        #[values(true, false)] has_mfa: bool,
    ) {
        let admitted = admit(&access, MfaDemand::Account, &standing, has_mfa);
        assert_eq!(admitted.map(|_| ()), expected);
        let strict = admit(&access, MfaDemand::Always, &standing, has_mfa);
        let expected = expected.and(has_mfa.then_some(()).ok_or(NotAdmitted::MfaRequired));
        assert_eq!(strict.map(|_| ()), expected);
    }

    #[test]
    fn a_session_enters_for_the_account_that_it_works_in() {
        let standing = full(Some(2));
        let admitted = admit(&only(&[1, 2]), MfaDemand::Account, &standing, true);
        assert_eq!(admitted.unwrap().account, Some(&account(2)));
    }

    #[test]
    fn values_are_read_as_they_are_stored() {
        for value in [MfaDemand::Account, MfaDemand::Always] {
            assert_eq!(value.as_str().parse(), Ok(value));
        }
        for value in [UserHeader::Email, UserHeader::Id] {
            assert_eq!(value.as_str().parse(), Ok(value));
        }
        assert_eq!("Always".parse::<MfaDemand>(), Err(UnknownValue));
    }
}
