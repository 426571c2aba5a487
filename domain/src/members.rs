//! What an Owner sees of an account's members, and which members the Owner may reset.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{ids::UserId, second_factor::lockout::LOCK_AFTER};

/// Members on one page.
pub const PAGE: u32 = 50;

/// A member's MFA state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// A method is active.
    On,
    /// No method is active, and none is required.
    Off,
    /// No method is active, but the account requires one.
    SetupRequired,
    /// A method is active, and too many codes in a row were refused.
    Locked,
}

/// The stored values that decide a member's MFA state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberFacts {
    /// Whether a method is active.
    pub has_mfa: bool,
    /// Codes refused in a row.
    pub refused_in_a_row: u32,
    /// Whether the account requires MFA.
    pub is_required: bool,
}

/// The text is no code of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no such state")]
pub struct MemberStateError;

impl MemberState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::On, Self::Off, Self::SetupRequired, Self::Locked];

    /// Derives the state from the stored values.
    #[must_use]
    pub const fn of(facts: MemberFacts) -> Self {
        match (facts.has_mfa, facts.is_required) {
            (true, _) if facts.refused_in_a_row >= LOCK_AFTER => Self::Locked,
            (true, _) => Self::On,
            (false, true) => Self::SetupRequired,
            (false, false) => Self::Off,
        }
    }

    /// Whether a method is active.
    #[must_use]
    pub const fn has_mfa(self) -> bool {
        matches!(self, Self::On | Self::Locked)
    }

    /// The code by which the store and the page filter, the same as on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::SetupRequired => "setup_required",
            Self::Locked => "locked",
        }
    }

    /// The text on the screen and in the CSV.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Off => "Off",
            Self::SetupRequired => "Setup required",
            Self::Locked => "Locked",
        }
    }
}

impl FromStr for MemberState {
    type Err = MemberStateError;

    fn from_str(text: &str) -> Result<Self, MemberStateError> {
        Self::ALL
            .into_iter()
            .find(|state| state.code() == text)
            .ok_or(MemberStateError)
    }
}

/// Why an Owner can't reset a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoReset {
    /// A user resets their own method in My profile.
    Oneself,
    /// The member has no MFA.
    NothingToReset,
    /// The member also belongs to accounts that this Owner does not own. The Owner must not lower
    /// their protection.
    OtherAccounts,
}

/// Whether `owner` may reset `member`, where `member` belongs to `foreign_accounts` accounts that
/// `owner` does not own.
///
/// # Errors
/// The reason why not.
pub fn may_reset(
    owner: &UserId,
    member: &UserId,
    has_mfa: bool,
    foreign_accounts: u32,
) -> Result<(), NoReset> {
    if owner == member {
        Err(NoReset::Oneself)
    } else if !has_mfa {
        Err(NoReset::NothingToReset)
    } else if foreign_accounts > 0 {
        Err(NoReset::OtherAccounts)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(true, 0, false, MemberState::On)]
    #[case(true, 9, true, MemberState::On)]
    #[case(true, 10, false, MemberState::Locked)]
    #[case(false, 0, true, MemberState::SetupRequired)]
    #[case(false, 10, false, MemberState::Off)]
    fn state_follows_from_the_facts(
        #[case] has_mfa: bool,
        #[case] refused_in_a_row: u32,
        #[case] is_required: bool,
        #[case] expected: MemberState,
    ) {
        let facts = MemberFacts {
            has_mfa,
            refused_in_a_row,
            is_required,
        };
        assert_eq!(MemberState::of(facts), expected);
        assert_eq!(expected.code().parse(), Ok(expected));
    }

    #[test]
    fn an_owner_helps_those_who_are_theirs_alone() {
        let (owner, member) = (UserId::from_random([1; 16]), UserId::from_random([2; 16]));
        assert_eq!(may_reset(&owner, &member, true, 0), Ok(()));
        assert_eq!(may_reset(&owner, &owner, true, 0), Err(NoReset::Oneself));
        assert_eq!(
            may_reset(&owner, &member, true, 1),
            Err(NoReset::OtherAccounts)
        );
        assert_eq!(
            may_reset(&owner, &member, false, 0),
            Err(NoReset::NothingToReset)
        );
    }
}
