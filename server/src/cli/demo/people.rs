//! The users of the demo. Every account has an Owner, and every state in the pages occurs.

use domain::{people::roles::Role, second_factor::backup_code::BackupCode};

/// This account requires MFA.
const ALDER: &str = "Alder Bakery";
const BIRCH: &str = "Birch Studio";
const CEDAR: &str = "Cedar Hosting";

/// The accounts, and whether each requires MFA.
pub const ACCOUNTS: [(&str, bool); 3] = [(ALDER, true), (BIRCH, false), (CEDAR, false)];

/// The state of a demo user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// MFA is on, and all ten backup codes are left.
    Protected,
    /// MFA is on, and two backup codes are left.
    FewCodes,
    /// MFA is on, and the last backup code is used.
    NoCodes,
    /// MFA is on, and too many codes in a row were refused.
    Locked,
    /// No MFA.
    Unprotected,
    /// No password yet.
    Invited,
    /// Disabled by the operator.
    Disabled,
}

/// A demo user.
#[derive(Debug)]
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    /// The accounts by name; the user is first added to the first one.
    pub memberships: &'static [(&'static str, Role)],
    pub state: State,
    /// What this user demonstrates.
    pub shows: &'static str,
}

impl State {
    /// Returns whether an authenticator is set up.
    pub const fn has_mfa(self) -> bool {
        matches!(
            self,
            Self::Protected | Self::FewCodes | Self::NoCodes | Self::Locked
        )
    }

    /// How many backup codes the user has used to sign in.
    pub const fn codes_used(self) -> usize {
        match self {
            Self::FewCodes => BackupCode::PER_SET - 2,
            Self::NoCodes => BackupCode::PER_SET,
            _ => 0,
        }
    }
}

/// The users of the demo.
pub const PEOPLE: [Person; 9] = [
    Person {
        name: "Ada Owner",
        email: "ada@example.com",
        memberships: &[(ALDER, Role::Owner)],
        state: State::Protected,
        shows: "MFA on",
    },
    Person {
        name: "Sam Setup",
        email: "sam@example.com",
        memberships: &[(ALDER, Role::Member)],
        state: State::Unprotected,
        shows: "setup required: the account demands MFA",
    },
    Person {
        name: "Lea Locked",
        email: "lea@example.com",
        memberships: &[(ALDER, Role::Member)],
        state: State::Locked,
        shows: "locked by 10 wrong codes in a row: a backup code unlocks, or Ada resets her MFA",
    },
    Person {
        name: "Finn Few",
        email: "finn@example.com",
        memberships: &[(ALDER, Role::Member)],
        state: State::FewCodes,
        shows: "MFA on, 2 backup codes left",
    },
    Person {
        name: "Otto Owner",
        email: "otto@example.com",
        memberships: &[(BIRCH, Role::Owner)],
        state: State::Unprotected,
        shows: "MFA off",
    },
    Person {
        name: "Zoe Zero",
        email: "zoe@example.com",
        memberships: &[(BIRCH, Role::Member)],
        state: State::NoCodes,
        shows: "MFA on, last backup code used",
    },
    Person {
        name: "Ivo Invited",
        email: "ivo@example.com",
        memberships: &[(BIRCH, Role::Member)],
        state: State::Invited,
        shows: "invited: no password yet",
    },
    Person {
        name: "Mia Many",
        email: "mia@example.com",
        memberships: &[
            (CEDAR, Role::Owner),
            (ALDER, Role::Member),
            (BIRCH, Role::Member),
        ],
        state: State::Protected,
        shows: "MFA on, chooses an account",
    },
    Person {
        name: "Dana Disabled",
        email: "dana@example.com",
        memberships: &[(CEDAR, Role::Member)],
        state: State::Disabled,
        shows: "disabled: can't sign in",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_an_owner_and_every_state_a_person() {
        for (account, _) in ACCOUNTS {
            let owned = |person: &Person| person.memberships.contains(&(account, Role::Owner));
            assert!(PEOPLE.iter().any(owned), "{account}");
        }
        for state in [
            State::Protected,
            State::FewCodes,
            State::NoCodes,
            State::Locked,
            State::Unprotected,
            State::Invited,
            State::Disabled,
        ] {
            assert!(
                PEOPLE.iter().any(|person| person.state == state),
                "{state:?}"
            );
        }
    }

    #[test]
    fn nobody_stands_in_an_account_that_is_not_there() {
        for (account, _) in PEOPLE.iter().flat_map(|person| person.memberships) {
            assert!(ACCOUNTS.iter().any(|(name, _)| name == account));
        }
    }
}
