//! Inputs and outputs of the use cases of the Accounts page and of an account's members. The pages
//! use the same types.

use domain::{
    ids::{AccountId, UserId},
    members::{MemberState, NoReset},
    people::roles::Role,
    second_factor::methods::MethodCounts,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// One of the user's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The user's role in it.
    pub role: Role,
    /// Whether the account requires MFA.
    pub requires_mfa: bool,
    /// Who set the rule last; none if it was never set.
    pub rule: Option<LastRuleChange>,
    /// How many members are protected; only for the account's Owners.
    pub protection: Option<Protection>,
}

/// Who set a rule, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRuleChange {
    /// The Owner's name; none if the operator set it.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How many members an account has, and how many of them have MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// All members.
    pub members: u32,
    /// Members with MFA.
    pub protected: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneAccount {
    /// The account.
    pub account: AccountId,
}

/// Which members to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberListRequest {
    /// The account.
    pub account: AccountId,
    /// Part of a name or address.
    pub search: String,
    /// Only members in this state; none for all.
    pub state: Option<MemberState>,
    /// Which page, from 0.
    pub page: u32,
}

/// One page of an account's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberList {
    /// The account's name.
    pub account: String,
    /// Whether the account requires MFA.
    pub requires_mfa: bool,
    /// The members, by name.
    pub members: Vec<MemberRow>,
    /// How many match in all.
    pub matching: u32,
}

/// A member, as an Owner sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The user.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role in this account.
    pub role: Role,
    /// The member's MFA state.
    pub state: MemberState,
    /// How many methods of each type they have.
    #[serde(default)]
    pub methods: MethodCounts,
    /// When their oldest method was added.
    pub added_at: Option<Timestamp>,
    /// When a code or signature of one of their methods was accepted last.
    pub used_at: Option<Timestamp>,
    /// Why the viewer can't reset them; none when they can.
    pub no_reset: Option<NoReset>,
}

/// One member of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneMember {
    /// The account.
    pub account: AccountId,
    /// The member.
    pub member: UserId,
}

impl Protection {
    /// Members without MFA.
    #[must_use]
    pub const fn lacking(self) -> u32 {
        self.members.saturating_sub(self.protected)
    }
}

impl MemberListRequest {
    /// Whether a search or a filter is set.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.state.is_some()
    }

    /// Starts a new search at the first page.
    pub fn search(&mut self, text: &str) {
        let text = text.trim();
        if self.search != text {
            text.clone_into(&mut self.search);
            self.page = 0;
        }
    }

    /// Sets a new filter and starts at the first page.
    pub fn filter(&mut self, state: Option<MemberState>) {
        if self.state != state {
            self.state = state;
            self.page = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_search_or_filter_begins_at_the_first_page() {
        let mut wanted = MemberListRequest {
            account: AccountId::from_random([1; 16]),
            search: String::new(),
            state: None,
            page: 3,
        };
        wanted.search("  ");
        wanted.filter(None);
        assert_eq!((wanted.page, wanted.is_narrowed()), (3, false));
        wanted.search(" ada ");
        assert_eq!((wanted.page, wanted.search.as_str()), (0, "ada"));
        wanted.page = 3;
        wanted.filter(Some(MemberState::On));
        assert_eq!((wanted.page, wanted.is_narrowed()), (0, true));
    }
}
