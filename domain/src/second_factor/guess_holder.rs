//! Determines whose budget a guess at the second factor spends.

use crate::{ids::SessionId, session::policy::Standing, token::TokenHash};

/// The holder of a guess budget. The rule of [`crate::second_factor::lockout`] applies to each
/// holder separately. Guesses of one holder never spend another's budget, so an attacker who knows
/// a user's password can't lock the user out of their own browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuessHolder {
    /// The user: all half sessions in browsers that are unknown to the user share one budget.
    Stranger,
    /// A browser that is known to the user: all half sessions in that browser share one budget.
    KnownBrowser(TokenHash),
    /// A complete session: everything within that session that takes a code shares one budget.
    Session(SessionId),
}

impl GuessHolder {
    /// The holder whose budget a guess within `session` spends. `known_browser` is the token by
    /// which the browser is known to the session's user.
    #[must_use]
    pub fn of(standing: &Standing, session: &SessionId, known_browser: Option<TokenHash>) -> Self {
        match (standing, known_browser) {
            (Standing::HalfSignedIn, Some(browser)) => Self::KnownBrowser(browser),
            (Standing::HalfSignedIn, None) => Self::Stranger,
            _ => Self::Session(session.clone()),
        }
    }

    /// The holder whose budget the guess spends if this holder no longer exists; none if the guess
    /// is not judged at all.
    #[must_use]
    pub const fn when_gone(&self) -> Option<Self> {
        match self {
            Self::KnownBrowser(_) => Some(Self::Stranger),
            Self::Stranger | Self::Session(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::AccountId, token::Token};

    /// RB4 and RA4: each holder of guesses has a budget of its own.
    #[test]
    fn who_is_half_signed_in_never_spends_the_budget_of_a_session() {
        let (session, account) = (
            SessionId::from_random([1; 16]),
            AccountId::from_random([2; 16]),
        );
        let browser = Token::from_random([3; 32]).hash();
        let half = Standing::HalfSignedIn;
        let of = |standing: &Standing, known| GuessHolder::of(standing, &session, known);
        assert_eq!(of(&half, None), GuessHolder::Stranger);
        assert_eq!(of(&half, Some(browser)), GuessHolder::KnownBrowser(browser));
        let complete = [
            Standing::ChooseAccount,
            Standing::SetUpOnly { account },
            Standing::Full {
                account: None,
                role: None,
            },
        ];
        for standing in complete {
            for known in [None, Some(browser)] {
                assert_eq!(of(&standing, known), GuessHolder::Session(session.clone()));
            }
        }
    }

    #[test]
    fn a_browser_that_was_forgotten_is_a_stranger_and_an_ended_session_nobody() {
        let browser = GuessHolder::KnownBrowser(Token::from_random([3; 32]).hash());
        assert_eq!(browser.when_gone(), Some(GuessHolder::Stranger));
        assert_eq!(GuessHolder::Stranger.when_gone(), None);
        let session = GuessHolder::Session(SessionId::from_random([1; 16]));
        assert_eq!(session.when_gone(), None);
    }
}
