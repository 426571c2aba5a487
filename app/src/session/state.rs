//! What the browser knows of its session, and what that means for a page.

use domain::{email::Email, names::NameError, password, policy::Standing};

use super::api::Viewer;
use crate::{
    error::AppError,
    routes::{Page, redirect},
    words,
};

/// Who is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// Not known yet.
    Unknown,
    /// The server could not say.
    Failed(AppError),
    /// Nobody, or somebody whose session has ended.
    Nobody,
    /// Nobody any more: whoever comes next starts afresh.
    SignedOut,
    /// Somebody, perhaps half signed in.
    Known(Viewer),
}

/// What is shown at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// A skeleton.
    Wait,
    /// Why it can't be shown, with `Try again`.
    Failed(AppError),
    /// The page, anew for each person.
    Open {
        /// The page.
        page: Page,
        /// Whose it is; `None` for pages without anything personal.
        whose: Option<String>,
    },
    /// Another page instead.
    Elsewhere(Page),
}

impl Presence {
    /// The somebody.
    #[must_use]
    pub const fn viewer(&self) -> Option<&Viewer> {
        if let Self::Known(viewer) = self { Some(viewer) } else { None }
    }

    /// What the session may do.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        self.viewer().map(|viewer| &viewer.standing)
    }

    /// What to show of a page.
    #[must_use]
    pub fn gate(&self, page: Page, wanted: Option<Page>) -> Gate {
        match self {
            _ if page.is_for_anybody() => Gate::Open { page, whose: None },
            Self::Unknown => Gate::Wait,
            Self::Failed(error) => Gate::Failed(*error),
            Self::Nobody | Self::SignedOut | Self::Known(_) => match redirect(page, self.standing(), wanted) {
                Some(target) => Gate::Elsewhere(target),
                None if page == Page::SignIn => Gate::Open { page, whose: None },
                None => Gate::Open { page, whose: self.viewer().map(|viewer| viewer.email.clone()) },
            },
        }
    }

    /// Whether to come back to a page after the sign-in that it leads to.
    #[must_use]
    pub const fn remembers(&self, page: Page) -> bool {
        page.is_destination() && matches!(self, Self::Nobody | Self::Known(Viewer { standing: Standing::HalfSignedIn, .. }))
    }
}

/// What is wrong with an address that somebody typed.
#[must_use]
pub fn email_error(typed: &str) -> Option<String> {
    typed.parse::<Email>().err().map(|_| words::EMAIL_WRONG.to_owned())
}

/// What is wrong with a name that somebody typed.
#[must_use]
pub fn name_error<T: std::str::FromStr<Err = NameError>>(typed: &str) -> Option<String> {
    typed.parse::<T>().err().map(|error| words::name(error).to_owned())
}

/// What is wrong with a new password, given in its composed form.
#[must_use]
pub fn new_password_error(composed: &str) -> Option<String> {
    password::check_length(composed).err().map(|error| words::password_length(error).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::names::AccountName;

    fn known(standing: Standing) -> Presence {
        let (name, email) = ("Ada Owner".to_owned(), "ada@example.com".to_owned());
        Presence::Known(Viewer { name, email, standing, account: None, has_mfa: false })
    }

    fn full() -> Presence {
        known(Standing::Full { account: None, role: None })
    }

    fn open(page: Page, whose: Option<&str>) -> Gate {
        Gate::Open { page, whose: whose.map(str::to_owned) }
    }

    #[test]
    fn nothing_personal_is_shown_before_it_is_known_who_is_there() {
        assert_eq!(Presence::Unknown.gate(Page::Profile, None), Gate::Wait);
        assert_eq!(Presence::Unknown.gate(Page::SignIn, None), Gate::Wait);
        assert_eq!(Presence::Failed(AppError::Unreachable).gate(Page::Home, None), Gate::Failed(AppError::Unreachable));
        assert_eq!(Presence::Nobody.gate(Page::Profile, None), Gate::Elsewhere(Page::SignIn));
    }

    #[test]
    fn pages_for_anybody_do_not_wait() {
        assert_eq!(Presence::Unknown.gate(Page::Invitation, None), open(Page::Invitation, None));
        assert_eq!(Presence::Failed(AppError::Unreachable).gate(Page::NotFound, None), open(Page::NotFound, None));
    }

    #[test]
    fn a_page_is_made_anew_for_another_person() {
        assert_eq!(full().gate(Page::Profile, None), open(Page::Profile, Some("ada@example.com")));
    }

    #[test]
    fn the_page_is_remembered_unless_somebody_left() {
        assert!(Presence::Nobody.remembers(Page::Profile));
        assert!(known(Standing::HalfSignedIn).remembers(Page::Profile));
        assert!(!Presence::SignedOut.remembers(Page::Profile));
        assert!(!Presence::Nobody.remembers(Page::SignInCode));
        assert_eq!(full().gate(Page::SignIn, Some(Page::Profile)), Gate::Elsewhere(Page::Profile));
    }

    #[test]
    fn fields_say_what_they_want() {
        assert_eq!(email_error(" Ada@example.com "), None);
        assert_eq!(email_error("ada").as_deref(), Some(words::EMAIL_WRONG));
        assert_eq!(name_error::<AccountName>("Example"), None);
        assert!(name_error::<AccountName>(" ").is_some());
        assert!(new_password_error("fourteen chars").is_some_and(|error| error.contains("15")));
        assert_eq!(new_password_error("fifteen letters"), None);
    }
}
