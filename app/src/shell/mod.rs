//! What every page shares: the session, the result of the last action, and how to call the server.
//!
//! `connection` keeps the way to the server: `wire::connection` folds what the browser and the calls say into one state, and tells
//! three ends of a call apart (no answer, an answer of the server, an answer of something in between). The shell asks again while
//! nothing or a gateway without its server answers, and once when the person comes back to a page that waits for a sign-in in
//! front. A refusal from between never offers `Try again`, because the server may have counted what was sent.
//! `new_version` leaves the next link, or Back, to the browser when the server has another build of the pages. The browser loads it on
//! its way, but never while the shell holds what would be lost: fresh codes, a page to come back to, a set-up under way.
//! `mfa/confirm` and `mfa/finish` answer what the session may do afterwards, so no step of the wizard asks the server twice.

pub(crate) mod address;
mod call;
mod connection;
mod cookie;
mod link;
mod new_version;
pub(crate) mod view;
mod window_events;

pub(crate) use call::{load, load_if};

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use usecases::{mfa::CodeSheet, profile::Profile, secret_text::SecretText, session::Viewer};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::BroadcastChannel;

use self::link::take_fragment;

use crate::{
    api::session::whoami,
    routes::{AfterPassword, Page},
    ui::browser::boot,
    wire::{connection::Connection, error::AppError},
    words,
};

/// The channel on which the tabs of one browser tell each other about sign-in and sign-out.
const CHANNEL: &str = "twinlock";

/// What a tab knows about its session.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// The server has not answered yet.
    NotYet,
    /// No user is signed in.
    Nobody,
    /// A user is signed in, at least with the password.
    Somebody(Viewer),
}

impl Known {
    pub(crate) const fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::Somebody(viewer) => Some(viewer),
            Self::NotYet | Self::Nobody => None,
        }
    }
}

impl From<Option<Viewer>> for Known {
    fn from(viewer: Option<Viewer>) -> Self {
        viewer.map_or(Self::Nobody, Self::Somebody)
    }
}

/// The state that all pages share. None of it is stored or put into the history.
#[derive(Clone, Copy)]
pub(crate) struct Shell {
    /// The signed-in user, as far as this tab knows.
    pub(crate) known: RwSignal<Known>,
    /// Whether the server has told this tab who is signed in. Before that, a sign-in might end an existing session.
    pub is_confirmed: RwSignal<bool>,
    /// Why the server has not answered.
    pub failed: RwSignal<Option<AppError>>,
    /// The connection to the server.
    pub connection: RwSignal<Connection>,
    /// Counts changes of the connection, so that only the latest one retries.
    lost: StoredValue<u32>,
    /// Whether the server now has another build of the pages.
    pub outdated: RwSignal<bool>,
    /// The result of the last action, for the status region.
    pub status: RwSignal<Option<String>>,
    /// Whether the status is a warning.
    pub status_warns: RwSignal<bool>,
    /// Whether the response to a password change was lost, so that the old password may no longer work.
    pub may_have_new_password: StoredValue<bool>,
    /// Whether the response to a code was lost, so that the code may be used up.
    pub may_have_used_code: StoredValue<bool>,
    /// Whether the response to the last call was lost.
    may_have_done: StoredValue<bool>,
    /// Pages opened since the status was set. The first page shows the status, the second one clears it.
    entered: StoredValue<u32>,
    /// Counts changes of the known session, so that a slow answer can't replace a newer one.
    version: StoredValue<u32>,
    /// The page that the user wanted before they had to sign in.
    pub wanted: RwSignal<Option<Page>>,
    /// Whether the user signed out in this tab. Then the next sign-in does not return to the page.
    pub left_on_purpose: StoredValue<bool>,
    /// Why the session ended without the user's action. The sign-in page shows it once.
    session_ended: StoredValue<Option<AppError>>,
    /// Whether no call has shown yet that the browser keeps the session's cookie.
    is_unproven: StoredValue<bool>,
    /// What continues after the password is confirmed.
    pub after_password: RwSignal<Option<AfterPassword>>,
    /// The backup code that was typed before the password was asked for. The verification page takes it.
    pub typed_code: StoredValue<Option<SecretText>>,
    /// The page to open after a set-up that an account requires.
    pub after_set_up: RwSignal<Option<Page>>,
    /// Whether a verification has just opened the set-up for a reset.
    pub reset_is_open: StoredValue<bool>,
    /// Whether this tab continued from a key that it has shown. If no key is pending when the next page loads, the user is told.
    pub key_was_shown: StoredValue<bool>,
    /// How many backup codes are left, if a sign-in with one left few. The user is then offered new ones.
    pub few_codes: RwSignal<Option<u32>>,
    /// The codes that were just drawn; cleared with the page that shows them.
    pub sheet: StoredValue<Option<CodeSheet>>,
    /// The data of My profile, brought by the call that leads there. That page takes it.
    pub profile: StoredValue<Option<Profile>>,
    /// Called at Back and Forward, before the router. True keeps the page.
    pub stays: StoredValue<Option<Callback<(), bool>>>,
    /// The token from the URL's fragment.
    pub link: StoredValue<Option<SecretText>>,
    /// The address for the next sign-in, if this tab knows it: after an invitation, or after a lost response. The sign-in page
    /// takes it.
    pub sign_in_as: StoredValue<Option<String>>,
    /// The user who was last signed in in this tab.
    person: StoredValue<Option<String>>,
    /// The channel to the other tabs of this browser. This tab does not receive its own messages.
    tabs: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

impl Shell {
    /// Creates the shell of this tab, and its channel to the other tabs.
    pub fn start() -> Self {
        let shell = Self {
            // A browser without a cookie already sees the sign-in form, which must not disappear while the server is asked.
            known: RwSignal::new(if boot::is_sign_in() {
                Known::Nobody
            } else {
                Known::NotYet
            }),
            is_confirmed: RwSignal::new(false),
            failed: RwSignal::new(None),
            connection: RwSignal::new(Connection::Fine),
            lost: StoredValue::new(0),
            outdated: RwSignal::new(false),
            status: RwSignal::new(None),
            status_warns: RwSignal::new(false),
            may_have_new_password: StoredValue::new(false),
            may_have_used_code: StoredValue::new(false),
            may_have_done: StoredValue::new(false),
            entered: StoredValue::new(0),
            version: StoredValue::new(0),
            wanted: RwSignal::new(None),
            left_on_purpose: StoredValue::new(false),
            session_ended: StoredValue::new(None),
            is_unproven: StoredValue::new(false),
            after_password: RwSignal::new(None),
            typed_code: StoredValue::new(None),
            after_set_up: RwSignal::new(None),
            reset_is_open: StoredValue::new(false),
            key_was_shown: StoredValue::new(false),
            few_codes: RwSignal::new(None),
            sheet: StoredValue::new(None),
            profile: StoredValue::new(None),
            stays: StoredValue::new(None),
            link: StoredValue::new(take_fragment()),
            sign_in_as: StoredValue::new(None),
            person: StoredValue::new(None),
            tabs: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
        };
        shell.refresh();
        let heard = Closure::<dyn Fn()>::new(move || shell.refresh());
        shell.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                tabs.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            }
        });
        heard.forget();
        shell.hear_the_window();
        shell
    }

    /// The signed-in user.
    pub fn viewer(self) -> Option<Viewer> {
        self.known.with(|known| known.viewer().cloned())
    }

    /// Asks the server who is signed in.
    pub fn refresh(self) {
        self.failed.set(None);
        let version = self.next_version();
        spawn_local(async move {
            let answer = whoami().await;
            self.note(&answer);
            self.is_confirmed
                .update(|confirmed| *confirmed |= answer.is_ok());
            if self.version.get_value() != version {
                return;
            }
            match answer {
                Ok(viewer) => self.hear_of_session(viewer),
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }

    /// Processes the server's answer about the signed-in user.
    fn hear_of_session(self, viewer: Option<Viewer>) {
        let had_one = self.known.with_untracked(|known| known.viewer().is_some());
        if viewer.is_none() && had_one && self.left_on_purpose.get_value() {
            // The sign-out whose response was lost was done.
            self.status.set(None);
            self.set_viewer(None);
        } else if viewer.is_none() && had_one {
            self.lost_session();
        } else {
            self.left_on_purpose
                .update_value(|left| *left &= viewer.is_none());
            self.know(viewer.into());
        }
        self.is_unproven.set_value(false);
    }

    /// Updates the known session. Clears the state of the previous user, so that the next user in this tab sees nothing of it.
    fn know(self, known: Known) {
        // Data that an earlier call brought is outdated.
        self.profile.set_value(None);
        let person = known.viewer().map(|viewer| viewer.email.clone());
        let last = self.person.get_value();
        if person.is_some() {
            self.person.set_value(person.clone());
        }
        if last.is_some() && person.is_some() && last != person {
            self.wanted.set(None);
            self.sign_in_as.set_value(None);
        }
        if last.is_some() && last != person {
            self.sheet.set_value(None);
            self.after_password.set(None);
            self.typed_code.set_value(None);
            self.after_set_up.set(None);
            self.few_codes.set(None);
            self.may_have_new_password.set_value(false);
            self.may_have_used_code.set_value(false);
            self.reset_is_open.set_value(false);
            self.key_was_shown.set_value(false);
        }
        self.known.set(known);
    }

    fn next_version(self) -> u32 {
        self.version
            .update_value(|version| *version = version.wrapping_add(1));
        self.version.get_value()
    }

    /// Shows the result of an action on the next page.
    pub fn say(self, result: String) {
        self.say_after(0, result, false);
    }

    /// Shows a warning on the next page: a refusal, or an unknown outcome.
    pub fn warn(self, what: String) {
        self.say_after(0, what, true);
    }

    fn say_after(self, entered: u32, said: String, warns: bool) {
        self.entered.set_value(entered);
        self.status_warns.set(warns);
        self.status.set(Some(said));
    }

    /// Shows a result on this page. The next page clears it.
    pub fn say_here(self, result: String) {
        self.say_after(1, result, false);
    }

    /// Shows a warning on this page.
    pub fn warn_here(self, what: String) {
        self.say_after(1, what, true);
    }

    /// Keeps the status for the next page, because this page only redirects.
    pub fn keep_status(self) {
        self.entered.set_value(0);
    }

    /// Called when a page opens. Clears a status that the previous page has shown.
    pub fn enter(self) {
        self.entered.update_value(|entered| *entered += 1);
        if self.entered.get_value() > 1 {
            self.status.set(None);
        }
    }

    /// Changes the known data of the user after an action of this page.
    pub fn amend(self, change: impl FnOnce(&mut Viewer)) {
        if let Some(mut viewer) = untrack(|| self.viewer()) {
            change(&mut viewer);
            self.set_viewer(Some(viewer));
        }
    }

    /// Sets the session after a change in this tab. Updates the pages and the other tabs.
    pub fn set_viewer(self, viewer: Option<Viewer>) {
        let is_new =
            viewer.is_some() && self.known.with_untracked(|known| known.viewer().is_none());
        if viewer.is_some() {
            self.left_on_purpose.set_value(false);
        }
        self.next_version();
        self.know(viewer.into());
        if is_new {
            self.is_unproven.set_value(true);
            if !cookie::is_likely_kept() {
                self.refresh();
            }
        }
        self.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                let _ = tabs.post_message(&"session".into());
            }
        });
    }

    /// Stores for the sign-in page why the session has ended, if this tab had one.
    fn note_end(self) {
        let had_one = self.known.with_untracked(|known| known.viewer().is_some());
        if had_one {
            // A request whose response was lost may have rotated the token. Then the cookie was kept, but its session has ended.
            let was_exchanged =
                self.may_have_used_code.get_value() || self.may_have_new_password.get_value();
            let was_kept = was_exchanged || !self.is_unproven.get_value();
            let why = if was_kept {
                AppError::NotSignedIn
            } else {
                AppError::NoCookie
            };
            self.session_ended.set_value(Some(why));
        }
    }

    /// Takes the reason why the session ended, which the sign-in page shows only once.
    pub fn take_end(self) -> Option<AppError> {
        self.session_ended.try_update_value(Option::take).flatten()
    }

    /// Handles a session that ended without the user's action. After the next sign-in the user returns to their page.
    fn lost_session(self) {
        self.next_version();
        self.note_end();
        let perhaps = if self.may_have_new_password.get_value() {
            Some(words::PASSWORD_PERHAPS_CHANGED)
        } else if self.may_have_used_code.get_value() {
            Some(words::CODE_PERHAPS_USED)
        } else if self.may_have_done.get_value() {
            Some(words::BACK_AGAIN)
        } else {
            None
        };
        if let Some(perhaps) = perhaps {
            self.warn(perhaps.to_owned());
            // The same user continues. After any other end, the next user at this screen may be another person.
            self.sign_in_as.set_value(self.person.get_value());
        }
        self.know(Known::Nobody);
    }
}

/// The shared state.
pub(crate) fn shell() -> Shell {
    expect_context::<Shell>()
}

/// Returns a function that navigates to a page; `true` removes the current page from the history.
pub(crate) fn go() -> impl Fn(Page, bool) + Copy + 'static {
    let navigate = StoredValue::new(use_navigate());
    move |page: Page, replace: bool| {
        let options = NavigateOptions {
            replace,
            ..Default::default()
        };
        // Does nothing if the page was left before the answer arrived.
        navigate.try_with_value(|navigate| navigate(&page.path(), options));
    }
}
