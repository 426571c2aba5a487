//! The one place that decides what a session may do next. The server calls it on every request, the
//! pages call it before they show anything.

use serde::{Deserialize, Serialize};

use crate::{
    ids::AccountId,
    people::roles::Role,
    session::facts::{HALF_SIGNED_IN, SessionFacts},
    time::Timestamp,
};

/// A user's membership in one account, and that account's rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The account.
    pub account: AccountId,
    /// The user's role in it.
    pub role: Role,
    /// The account's rule: members must use MFA.
    pub requires_mfa: bool,
}

/// Why a user may not manage an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoOwner {
    /// They don't belong to the account, so for them it does not exist.
    Stranger,
    /// They are not an Owner of the account.
    Member,
    /// They own the account, but it requires MFA and they have none. The account stays closed to
    /// them until they set up MFA.
    SetUpOwed,
}

/// What the policy needs to know about the session's user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Whether an MFA method is active.
    pub has_mfa: bool,
    /// Every account the user belongs to.
    pub memberships: Vec<Membership>,
}

/// The state of a session, derived from its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "standing",
    rename_all = "snake_case",
    try_from = "StandingFields"
)]
pub enum Standing {
    /// The password was right; the second factor is still required.
    HalfSignedIn,
    /// Signed in, with several accounts to choose from.
    ChooseAccount,
    /// Signed in without MFA to an account that requires it: only the set-up is allowed.
    SetUpOnly {
        /// The account that requires it.
        account: AccountId,
    },
    /// Signed in.
    Full {
        /// The account that the session works in; none for a user who belongs to none.
        account: Option<AccountId>,
        /// The user's role there.
        role: Option<Role>,
    },
}

/// The form in which a standing is deserialized. The derive for an internally tagged enum would
/// buffer all fields until it finds the tag, with code that adds 10 KB to the pages.
#[derive(Deserialize)]
struct StandingFields {
    standing: String,
    account: Option<AccountId>,
    role: Option<Role>,
}

impl TryFrom<StandingFields> for Standing {
    type Error = &'static str;

    fn try_from(fields: StandingFields) -> Result<Self, &'static str> {
        let StandingFields { account, role, .. } = fields;
        match fields.standing.as_str() {
            "half_signed_in" => Ok(Self::HalfSignedIn),
            "choose_account" => Ok(Self::ChooseAccount),
            "set_up_only" => account
                .map(|account| Self::SetUpOnly { account })
                .ok_or("an account is missing"),
            "full" => Ok(Self::Full { account, role }),
            _ => Err("no such standing"),
        }
    }
}

/// Who may call a server function or see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Any client.
    Public,
    /// Only a session that still requires its second factor.
    HalfSignedIn,
    /// Any session, even an incomplete one, for example to end it.
    AnySession,
    /// A session whose second factor is complete or not required, in order to choose an account.
    SignedIn,
    /// A session that may set up MFA: set-up only, or full.
    Enrolment,
    /// A full session.
    Full,
}

/// Derives what a session may do next; `None` if the session has ended.
#[must_use]
pub fn decide(session: &SessionFacts, subject: &Subject, now: Timestamp) -> Option<Standing> {
    if session.has_ended(now) {
        return None;
    }
    if subject.has_mfa && session.second_factor_at.is_none() {
        return (now.since(session.password_at) < HALF_SIGNED_IN).then_some(Standing::HalfSignedIn);
    }
    Some(match current(session, subject) {
        None if subject.memberships.is_empty() => Standing::Full {
            account: None,
            role: None,
        },
        None => Standing::ChooseAccount,
        Some(place) if place.requires_mfa && !subject.has_mfa => Standing::SetUpOnly {
            account: place.account.clone(),
        },
        Some(place) => Standing::Full {
            account: Some(place.account.clone()),
            role: Some(place.role),
        },
    })
}

/// The chosen account if the user still belongs to it, else their only account.
fn current<'a>(session: &SessionFacts, subject: &'a Subject) -> Option<&'a Membership> {
    let chosen = subject
        .memberships
        .iter()
        .find(|place| Some(&place.account) == session.account.as_ref());
    match subject.memberships.as_slice() {
        [only] => Some(only),
        _ => chosen,
    }
}

/// Whether a user may manage an account: see its members, set its rule, help its members. Every
/// such function checks this, whatever account the session works in.
///
/// # Errors
/// The reason for the refusal.
pub fn may_manage(subject: &Subject, account: &AccountId) -> Result<(), NoOwner> {
    let place = subject
        .memberships
        .iter()
        .find(|place| place.account == *account)
        .ok_or(NoOwner::Stranger)?;
    if place.role != Role::Owner {
        Err(NoOwner::Member)
    } else if place.requires_mfa && !subject.has_mfa {
        Err(NoOwner::SetUpOwed)
    } else {
        Ok(())
    }
}

/// Whether a session with this standing (`None`: no session) has access.
#[must_use]
pub fn allows(standing: Option<&Standing>, access: Access) -> bool {
    match access {
        Access::Public => true,
        Access::AnySession => standing.is_some(),
        Access::HalfSignedIn => matches!(standing, Some(Standing::HalfSignedIn)),
        Access::SignedIn => standing.is_some_and(|standing| *standing != Standing::HalfSignedIn),
        Access::Enrolment => matches!(
            standing,
            Some(Standing::SetUpOnly { .. } | Standing::Full { .. })
        ),
        Access::Full => matches!(standing, Some(Standing::Full { .. })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::facts::{ABSOLUTE, IDLE};
    use rstest::rstest;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_millis(1_000_000_000);
    const STRICT: u8 = 1;
    const LAX: u8 = 2;

    fn account(number: u8) -> AccountId {
        AccountId::from_random([number; 16])
    }

    fn facts(second_factor: bool, chosen: Option<u8>) -> SessionFacts {
        SessionFacts {
            opened_at: START,
            seen_at: START,
            password_at: START,
            second_factor_at: second_factor.then_some(START),
            account: chosen.map(account),
        }
    }

    fn subject(has_mfa: bool, accounts: &[u8]) -> Subject {
        let place = |&number: &u8| Membership {
            account: account(number),
            role: Role::Owner,
            requires_mfa: number == STRICT,
        };
        Subject {
            has_mfa,
            memberships: accounts.iter().map(place).collect(),
        }
    }

    fn full(number: u8) -> Standing {
        Standing::Full {
            account: Some(account(number)),
            role: Some(Role::Owner),
        }
    }

    #[test]
    fn a_standing_is_read_as_it_is_written() {
        for standing in [
            Standing::HalfSignedIn,
            Standing::ChooseAccount,
            Standing::SetUpOnly {
                account: account(STRICT),
            },
            full(LAX),
            Standing::Full {
                account: None,
                role: None,
            },
        ] {
            let wire = serde_json::to_string(&standing).unwrap();
            assert_eq!(serde_json::from_str::<Standing>(&wire).unwrap(), standing);
        }
        for wire in [
            r#"{"standing":"set_up_only"}"#,
            r#"{"standing":"other"}"#,
            "{}",
        ] {
            assert!(serde_json::from_str::<Standing>(wire).is_err(), "{wire}");
        }
    }

    #[rstest]
    #[case::no_account(false, false, None, &[], Standing::Full { account: None, role: None })]
    #[case::only_account(false, false, None, &[LAX], full(LAX))]
    #[case::only_account_demands(false, false, None, &[STRICT], Standing::SetUpOnly { account: account(STRICT) })]
    #[case::several(false, false, None, &[STRICT, LAX], Standing::ChooseAccount)]
    #[case::chosen_lax(false, false, Some(LAX), &[STRICT, LAX], full(LAX))]
    #[case::chosen_strict(false, false, Some(STRICT), &[STRICT, LAX], Standing::SetUpOnly { account: account(STRICT) })]
    #[case::left_the_chosen(false, false, Some(9), &[STRICT, LAX], Standing::ChooseAccount)]
    #[case::owes_second_factor(true, false, Some(LAX), &[LAX], Standing::HalfSignedIn)]
    #[case::owes_it_without_account(true, false, None, &[], Standing::HalfSignedIn)]
    #[case::gave_it(true, true, None, &[STRICT], full(STRICT))]
    fn standing_follows_from_the_facts(
        #[case] has_mfa: bool,
        #[case] second_factor: bool,
        #[case] chosen: Option<u8>,
        #[case] accounts: &[u8],
        #[case] expected: Standing,
    ) {
        assert_eq!(
            decide(
                &facts(second_factor, chosen),
                &subject(has_mfa, accounts),
                START
            ),
            Some(expected)
        );
    }

    #[rstest]
    #[case::idle(false, IDLE)]
    #[case::half_signed_in(true, HALF_SIGNED_IN)]
    fn a_session_ends_at_its_bound(#[case] has_mfa: bool, #[case] bound: Duration) {
        let subject = subject(has_mfa, &[LAX]);
        assert!(
            decide(
                &facts(false, None),
                &subject,
                START.plus(bound).minus(Duration::from_millis(1))
            )
            .is_some()
        );
        assert_eq!(
            decide(&facts(false, None), &subject, START.plus(bound)),
            None
        );
    }

    #[test]
    fn activity_does_not_outlive_the_absolute_bound() {
        let now = START.plus(ABSOLUTE);
        let busy = SessionFacts {
            seen_at: now,
            ..facts(false, None)
        };
        assert_eq!(decide(&busy, &subject(false, &[LAX]), now), None);
    }

    #[test]
    fn only_an_owner_who_obeys_the_rule_manages_an_account() {
        assert_eq!(
            may_manage(&subject(false, &[LAX]), &account(9)),
            Err(NoOwner::Stranger)
        );
        assert_eq!(may_manage(&subject(false, &[LAX]), &account(LAX)), Ok(()));
        assert_eq!(
            may_manage(&subject(false, &[STRICT, LAX]), &account(STRICT)),
            Err(NoOwner::SetUpOwed)
        );
        assert_eq!(
            may_manage(&subject(true, &[STRICT]), &account(STRICT)),
            Ok(())
        );
        let mut member = subject(true, &[LAX]);
        member.memberships[0].role = Role::Member;
        assert_eq!(may_manage(&member, &account(LAX)), Err(NoOwner::Member));
    }

    #[test]
    fn each_access_class_lets_in_just_its_standings() {
        let standings = [
            None,
            Some(Standing::HalfSignedIn),
            Some(Standing::ChooseAccount),
            Some(Standing::SetUpOnly {
                account: account(STRICT),
            }),
            Some(full(LAX)),
        ];
        let admitted = |access| {
            standings
                .each_ref()
                .map(|standing| allows(standing.as_ref(), access))
        };
        assert_eq!(admitted(Access::Public), [true, true, true, true, true]);
        assert_eq!(
            admitted(Access::AnySession),
            [false, true, true, true, true]
        );
        assert_eq!(admitted(Access::SignedIn), [false, false, true, true, true]);
        assert_eq!(
            admitted(Access::HalfSignedIn),
            [false, true, false, false, false]
        );
        assert_eq!(
            admitted(Access::Enrolment),
            [false, false, false, true, true]
        );
        assert_eq!(admitted(Access::Full), [false, false, false, false, true]);
    }
}
