//! Every page: its path, who may see it, and where others are redirected.

use domain::{
    ids::AccountId,
    second_factor::step_up::ProtectedAction,
    session::policy::{Access, Standing, allows},
};
#[cfg(feature = "csr")]
use {domain::second_factor::step_up::Intent, usecases::secret_text::SecretText};

/// A page of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// The home page of the account that the user works in.
    Home,
    /// Email and password.
    SignIn,
    /// The second factor of a sign-in.
    Verify,
    /// The choice of the account to work in.
    ChooseAccount,
    /// The confirmation of the password.
    ConfirmPassword,
    /// The Identity verification before an action.
    StepUp(ProtectedAction),
    /// The user's accounts.
    Accounts,
    /// An account's members.
    Members(AccountId),
    /// The current user.
    Profile,
    /// A new password of the signed-in user.
    ChangePassword,
    /// Wizard, step 1.
    NewMethod,
    /// Wizard, step 2.
    SetUp,
    /// Wizard, step 3.
    VerifyMethod,
    /// Wizard, step 4.
    BackupCodes,
    /// The first account and its Owner.
    FirstStart,
    /// A password chosen through an invitation.
    Invitation,
    /// The way into an application. The server answers a complete session here, so that only
    /// people who still have to sign in see the pages at this path.
    Door,
}

/// What continues after the password was confirmed.
#[cfg(feature = "csr")]
#[derive(Clone)]
pub(crate) enum AfterPassword {
    /// Opens this page.
    Open(Page),
    /// Continues the verification for this action, with the backup code that was typed there.
    Verify(ProtectedAction, SecretText),
    /// Performs this action, which a sign-in by backup code has verified.
    Perform(Intent),
}

impl Page {
    /// The path.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::StepUp(action) => return format!("/verify/{action}"),
            Self::Members(account) => return format!("/accounts/{account}"),
            Self::Home => "/",
            Self::SignIn => "/sign-in",
            Self::Verify => "/sign-in/verify",
            Self::ChooseAccount => "/sign-in/account",
            Self::Accounts => "/accounts",
            Self::ConfirmPassword => "/confirm-password",
            Self::Profile => "/profile",
            Self::ChangePassword => "/profile/password",
            Self::NewMethod => "/profile/mfa/new",
            Self::SetUp => "/profile/mfa/setup",
            Self::VerifyMethod => "/profile/mfa/verify",
            Self::BackupCodes => "/profile/mfa/backup-codes",
            Self::FirstStart => "/setup",
            Self::Invitation => "/invitation",
            Self::Door => "/door/open",
        }
        .to_owned()
    }

    /// The page at a path, with or without a trailing slash.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        const PLAIN: [Page; 15] = [
            Page::Home,
            Page::SignIn,
            Page::Verify,
            Page::ChooseAccount,
            Page::Accounts,
            Page::ConfirmPassword,
            Page::Profile,
            Page::ChangePassword,
            Page::NewMethod,
            Page::SetUp,
            Page::VerifyMethod,
            Page::BackupCodes,
            Page::FirstStart,
            Page::Invitation,
            Page::Door,
        ];
        let without_slash = path.strip_suffix('/');
        let without_slash = without_slash.filter(|path| !path.is_empty() && !path.ends_with('/'));
        let path = without_slash.unwrap_or(path);
        let action = || path.strip_prefix("/verify/")?.parse().ok();
        let account = || path.strip_prefix("/accounts/")?.parse().ok();
        PLAIN
            .into_iter()
            .find(|page| page.path() == path)
            .or_else(|| action().map(Self::StepUp))
            .or_else(|| account().map(Self::Members))
    }

    /// Whether the page only leads to the page that the user wanted, so users don't return to it.
    #[must_use]
    pub const fn is_on_the_way_in(&self) -> bool {
        matches!(
            self,
            Self::SignIn | Self::Verify | Self::ChooseAccount | Self::NewMethod
        )
    }

    /// Who may see the page.
    #[must_use]
    pub const fn access(&self) -> Access {
        match self {
            Self::FirstStart | Self::Invitation | Self::SignIn => Access::Public,
            Self::Verify => Access::HalfSignedIn,
            Self::ChooseAccount => Access::SignedIn,
            Self::ConfirmPassword
            | Self::NewMethod
            | Self::SetUp
            | Self::VerifyMethod
            | Self::BackupCodes => Access::Enrolment,
            Self::Home
            | Self::Profile
            | Self::ChangePassword
            | Self::StepUp(_)
            | Self::Accounts
            | Self::Members(_)
            | Self::Door => Access::Full,
        }
    }

    /// Whether a user who asks for this page no longer waits for the application that sent them.
    #[must_use]
    pub fn leaves_the_door(&self) -> bool {
        // New codes after a sign-in by backup code are verified on the way to the application.
        self.access() == Access::Full && !matches!(self, Self::Door | Self::StepUp(_))
    }
}

/// The page for a session of this standing if it may not see the current one.
#[must_use]
pub const fn landing(standing: Option<&Standing>) -> Page {
    match standing {
        None => Page::SignIn,
        Some(Standing::HalfSignedIn) => Page::Verify,
        Some(Standing::SetUpOnly { .. }) => Page::SetUp,
        Some(Standing::ChooseAccount) => Page::ChooseAccount,
        Some(Standing::Full { .. }) => Page::Home,
    }
}

/// Where to redirect from `page`; `None` if the session may see it.
#[must_use]
pub fn redirect(page: &Page, standing: Option<&Standing>) -> Option<Page> {
    // A half session may start again, perhaps with another address.
    let done_here =
        *page == Page::SignIn && !matches!(standing, None | Some(Standing::HalfSignedIn));
    let target = landing(standing);
    ((done_here || !allows(standing, page.access())) && target != *page).then_some(target)
}

/// Whether a client without a session is sent to the sign-in page from this path.
#[must_use]
pub fn leads_to_sign_in(path: &str) -> bool {
    Page::at(path)
        .is_some_and(|page| page == Page::SignIn || redirect(&page, None) == Some(Page::SignIn))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Standing = Standing::Full {
        account: None,
        role: None,
    };

    #[test]
    fn nobody_is_led_to_the_sign_in() {
        assert_eq!(redirect(&Page::Profile, None), Some(Page::SignIn));
        assert_eq!(redirect(&Page::Verify, None), Some(Page::SignIn));
        assert_eq!(redirect(&Page::FirstStart, None), None);
        assert_eq!(redirect(&Page::SignIn, None), None);
    }

    #[test]
    fn half_a_sign_in_leads_to_the_other_half() {
        let half = Standing::HalfSignedIn;
        assert_eq!(redirect(&Page::Home, Some(&half)), Some(Page::Verify));
        assert_eq!(redirect(&Page::SignIn, Some(&half)), None);
        assert_eq!(redirect(&Page::Verify, Some(&half)), None);
    }

    #[test]
    fn a_full_session_leaves_the_sign_in() {
        assert_eq!(redirect(&Page::SignIn, Some(&FULL)), Some(Page::Home));
        assert_eq!(redirect(&Page::Verify, Some(&FULL)), Some(Page::Home));
        assert_eq!(redirect(&Page::Profile, Some(&FULL)), None);
    }

    #[test]
    fn several_accounts_are_chosen_from_first() {
        let choose = Standing::ChooseAccount;
        assert_eq!(
            redirect(&Page::Profile, Some(&choose)),
            Some(Page::ChooseAccount)
        );
        assert_eq!(redirect(&Page::ChooseAccount, Some(&choose)), None);
        assert_eq!(redirect(&Page::ChooseAccount, Some(&FULL)), None);
    }

    #[test]
    fn a_forced_set_up_can_be_left_to_another_account() {
        let forced = Standing::SetUpOnly {
            account: AccountId::from_random([1; 16]),
        };
        assert_eq!(redirect(&Page::Accounts, Some(&forced)), Some(Page::SetUp));
        assert_eq!(redirect(&Page::NewMethod, Some(&forced)), None);
        assert_eq!(redirect(&Page::ChooseAccount, Some(&forced)), None);
        assert_eq!(redirect(&Page::VerifyMethod, Some(&forced)), None);
    }

    #[test]
    fn a_page_is_found_at_its_address() {
        let pages = [
            Page::Home,
            Page::BackupCodes,
            Page::Invitation,
            Page::Door,
            Page::StepUp(ProtectedAction::Reset),
            Page::Members(AccountId::from_random([1; 16])),
        ];
        for page in pages {
            assert_eq!(Page::at(&page.path()), Some(page));
        }
        assert_eq!(Page::at("/profile/"), Some(Page::Profile));
        for nothing in [
            "",
            "//",
            "/profile//",
            "/nothing",
            "/verify/nothing",
            "/accounts/nothing",
            "/profile/mfa",
            "/door",
        ] {
            assert_eq!(Page::at(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_sign_in_for_an_application_goes_its_whole_way() {
        let forced = Standing::SetUpOnly {
            account: AccountId::from_random([1; 16]),
        };
        for (standing, next) in [
            (None, Some(Page::SignIn)),
            (Some(Standing::HalfSignedIn), Some(Page::Verify)),
            (Some(Standing::ChooseAccount), Some(Page::ChooseAccount)),
            (Some(forced), Some(Page::SetUp)),
            (Some(FULL), None),
        ] {
            let next_page = next.as_ref();
            assert_eq!(redirect(&Page::Door, standing.as_ref()), next);
            assert!(!next_page.is_some_and(Page::leaves_the_door));
        }
    }

    #[test]
    fn a_user_who_opens_another_page_does_not_wait_for_the_application() {
        for page in [Page::Home, Page::Profile, Page::Accounts] {
            assert!(page.leaves_the_door(), "{page:?}");
        }
        for page in [
            Page::Door,
            Page::BackupCodes,
            Page::StepUp(ProtectedAction::Generate),
        ] {
            assert!(!page.leaves_the_door(), "{page:?}");
        }
    }

    #[test]
    fn only_pages_behind_a_session_lead_to_the_sign_in() {
        for path in [
            "/",
            "/sign-in",
            "/sign-in/verify",
            "/profile",
            "/profile/",
            "/verify/reset",
            "/door/open",
        ] {
            assert!(leads_to_sign_in(path), "{path}");
        }
        for path in ["/setup", "/invitation", "/nothing"] {
            assert!(!leads_to_sign_in(path), "{path}");
        }
    }
}
