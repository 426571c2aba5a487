//! What every page shares: the session, the result of the last action, and how to call the server.
//!
//! `away` keeps the way to the server: `wire::connection` folds what the browser and the calls say into one state, and tells
//! three ends of a call apart (no answer, an answer of the server, an answer of something in between). The shell asks again while
//! nothing or a gateway without its server answers, and once when the person comes back to a page that waits for a sign-in in
//! front. A refusal from between never offers `Try again`, because the server may have counted what was sent.
//! `anew` leaves the next link, or Back, to the browser when the server has another build of the pages. The browser loads it on
//! its way, but never while the shell holds what would be lost: fresh codes, a page to come back to, a set-up under way.
//! `mfa/confirm` and `mfa/finish` answer what the session may do afterwards, so no step of the wizard asks the server twice.

pub(crate) mod address;
mod anew;
mod away;
mod call;
mod cookie;
pub(crate) mod guard;
mod link;
pub(crate) mod not_found;
pub(crate) mod notice;
pub(crate) mod refused;
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

/// Where the tabs of one browser tell each other about sign-in and sign-out.
const CHANNEL: &str = "twinlock";

/// What a tab knows of its session.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// The server has not answered yet.
    NotYet,
    /// Nobody is signed in.
    Nobody,
    /// Somebody is, at least halfway.
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

/// The state all pages share; nothing of it is stored or put into the history.
#[derive(Clone, Copy)]
pub(crate) struct Shell {
    /// Who is signed in, as far as this tab knows.
    pub(crate) known: RwSignal<Known>,
    /// Whether the server has said since the tab was opened who is signed in; until then a sign-in might end a session that is there.
    pub is_confirmed: RwSignal<bool>,
    /// Why the server has not answered.
    pub failed: RwSignal<Option<AppError>>,
    /// The way to the server.
    pub connection: RwSignal<Connection>,
    /// Counts the times it was lost, so that only one of them asks for it.
    lost: StoredValue<u32>,
    /// Whether the server has another build of the pages by now.
    pub outdated: RwSignal<bool>,
    /// The result of the last action, for the status region.
    pub status: RwSignal<Option<String>>,
    /// Whether that is no success.
    pub status_warns: RwSignal<bool>,
    /// Whether the answer to a new password was lost, so that the old one may work no more.
    pub may_have_new_password: StoredValue<bool>,
    /// Whether the answer to a code was lost, so that it may be used up.
    pub may_have_used_code: StoredValue<bool>,
    /// Whether the answer to the last call was lost.
    may_have_done: StoredValue<bool>,
    /// Pages entered since the result was said: it is read on the first and gone with the second.
    entered: StoredValue<u32>,
    /// Counts what is known of the session, so that a slow answer can't undo a newer one.
    version: StoredValue<u32>,
    /// The page somebody wanted before they had to sign in.
    pub wanted: RwSignal<Option<Page>>,
    /// Whether the person signed out here: then the page is not one to come back to.
    pub left_on_purpose: StoredValue<bool>,
    /// Why the session ended without the person's doing: the sign-in says so once.
    session_ended: StoredValue<Option<AppError>>,
    /// Whether no call has shown yet that the browser keeps the session's cookie.
    is_unproven: StoredValue<bool>,
    /// What waits for the password.
    pub after_password: RwSignal<Option<AfterPassword>>,
    /// The backup code that was typed before the password was asked for; the page of the verification takes it.
    pub typed_code: StoredValue<Option<SecretText>>,
    /// The page that waits for a set-up that an account requires.
    pub after_set_up: RwSignal<Option<Page>>,
    /// Whether a verification has just opened the set-up for a reset.
    pub reset_is_open: StoredValue<bool>,
    /// Whether this tab went on from a key that it has shown: if there is none to prove by then, the person is told.
    pub key_was_shown: StoredValue<bool>,
    /// How many backup codes are left, when a sign-in by one left few: new ones are offered.
    pub few_codes: RwSignal<Option<u32>>,
    /// The codes that were just made; gone with the page that shows them.
    pub sheet: StoredValue<Option<CodeSheet>>,
    /// What My profile shows, brought by the call that leads there; that page takes it.
    pub profile: StoredValue<Option<Profile>>,
    /// Asked at Back and Forward, before the router sees them: true keeps the page.
    pub stays: StoredValue<Option<Callback<(), bool>>>,
    /// The token out of the address's fragment.
    pub link: StoredValue<Option<SecretText>>,
    /// The address of the person who signs in next, where this tab knows it: after an invitation, or after an answer that was lost. The
    /// sign-in takes it.
    pub sign_in_as: StoredValue<Option<String>>,
    /// Who was signed in last in this tab.
    person: StoredValue<Option<String>>,
    /// To the other tabs of this browser; what is posted on it is not heard here.
    tabs: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

impl Shell {
    /// The shell of this tab, and its link to the others.
    pub fn start() -> Self {
        let shell = Self {
            // Who comes without a cookie finds the sign-in form already, and it may not go away while the server is asked.
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

    /// Who is signed in.
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

    /// The server said who is signed in.
    fn hear_of_session(self, viewer: Option<Viewer>) {
        let had_one = self.known.with_untracked(|known| known.viewer().is_some());
        if viewer.is_none() && had_one && self.left_on_purpose.get_value() {
            // The sign-out whose answer was lost was done.
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

    /// Nothing of one person is left for the next one in this tab.
    fn know(self, known: Known) {
        // What was brought along before is old by now.
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

    /// Says the result of an action on the page that comes next.
    pub fn say(self, result: String) {
        self.say_after(0, result, false);
    }

    /// Says on the page that comes next what is no success: a refusal, or that nobody knows.
    pub fn warn(self, what: String) {
        self.say_after(0, what, true);
    }

    fn say_after(self, entered: u32, said: String, warns: bool) {
        self.entered.set_value(entered);
        self.status_warns.set(warns);
        self.status.set(Some(said));
    }

    /// Says a result on this page, where it is read: it goes with the next one.
    pub fn say_here(self, result: String) {
        self.say_after(1, result, false);
    }

    /// Says here what is no success.
    pub fn warn_here(self, what: String) {
        self.say_after(1, what, true);
    }

    /// A result is read on the page after the next: this one only leads there.
    pub fn keep_status(self) {
        self.entered.set_value(0);
    }

    /// A page was entered: a result that was read on the page before is gone.
    pub fn enter(self) {
        self.entered.update_value(|entered| *entered += 1);
        if self.entered.get_value() > 1 {
            self.status.set(None);
        }
    }

    /// What is known of the person changed by what this page did.
    pub fn amend(self, change: impl FnOnce(&mut Viewer)) {
        if let Some(mut viewer) = untrack(|| self.viewer()) {
            change(&mut viewer);
            self.set_viewer(Some(viewer));
        }
    }

    /// The session changed here: the pages follow, and so do the other tabs.
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

    /// The sign-in says that the session has ended, if this tab knew of one.
    fn note_end(self) {
        let had_one = self.known.with_untracked(|known| known.viewer().is_some());
        if had_one {
            // A try whose answer was lost may have exchanged the cookie: then the one that was kept has ended.
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

    /// Why the session ended, for the sign-in to say: once, as who comes back later knows it.
    pub fn take_end(self) -> Option<AppError> {
        self.session_ended.try_update_value(Option::take).flatten()
    }

    /// The session has ended without the person's doing: after the next sign-in they come back to their page.
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
            // The same person goes on. After any other end the next one at this screen may be somebody else.
            self.sign_in_as.set_value(self.person.get_value());
        }
        self.know(Known::Nobody);
    }
}

/// The shared state.
pub(crate) fn shell() -> Shell {
    expect_context::<Shell>()
}

/// How to go to another page: `true` to take this one out of the history.
pub(crate) fn go() -> impl Fn(Page, bool) + Copy + 'static {
    let navigate = StoredValue::new(use_navigate());
    move |page: Page, replace: bool| {
        let options = NavigateOptions {
            replace,
            ..Default::default()
        };
        // An answer that comes after the page was left leads nowhere.
        navigate.try_with_value(|navigate| navigate(&page.path(), options));
    }
}
