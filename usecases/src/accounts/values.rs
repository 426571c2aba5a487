//! What goes in and comes out of the use cases of the Accounts page and an account's members. The pages send and read the same types.

use domain::{
    ids::{AccountId, UserId},
    members::{MemberState, NoReset},
    people::roles::Role,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// One of the person's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: Role,
    /// Its rule.
    pub requires_mfa: bool,
    /// Who set the rule last; none while nobody ever did.
    pub rule: Option<RuleSet>,
    /// For its Owners: who is protected.
    pub protection: Option<Protection>,
}

/// Who set a rule, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// An Owner's name; none for the operator.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How many members an account has, and how many of them have MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// All of them.
    pub members: u32,
    /// Those with MFA.
    pub protected: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneAccount {
    /// Which.
    pub account: AccountId,
}

/// Which members to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersWanted {
    /// Of which account.
    pub account: AccountId,
    /// Part of a name or address.
    pub search: String,
    /// One state only.
    pub state: Option<MemberState>,
    /// Which page, from 0.
    pub page: u32,
}

/// An account's members, a page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersShown {
    /// The account's name.
    pub account: String,
    /// Its rule.
    pub requires_mfa: bool,
    /// The members, by name.
    pub members: Vec<MemberRow>,
    /// How many match in all.
    pub matching: u32,
}

/// A member, as an Owner sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Who.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role in this account.
    pub role: Role,
    /// How they stand with MFA.
    pub state: MemberState,
    /// When their method was added.
    pub added_at: Option<Timestamp>,
    /// When a code of it was accepted last.
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

impl MembersWanted {
    /// Whether only some of the members are wanted.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.state.is_some()
    }

    /// Searches anew, from the first page.
    pub fn search(&mut self, text: &str) {
        let text = text.trim();
        if self.search != text {
            text.clone_into(&mut self.search);
            self.page = 0;
        }
    }

    /// Filters anew, from the first page.
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
        let mut wanted = MembersWanted {
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
