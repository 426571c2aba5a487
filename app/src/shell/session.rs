//! What this tab knows about its session.

use domain::{second_factor::methods::MethodType, session::policy::Standing};
use leptos::prelude::*;
use usecases::session::{MethodOption, Viewer};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::BroadcastChannel;

use crate::{browser_call::get, shell::address, ui::browser::boot, wire::error::AppError};

/// The channel on which the tabs of one browser tell each other about sign-in and sign-out.
const CHANNEL: &str = "twinlock";

/// The user of a session, as far as a tab knows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum KnownUser {
    /// The server has not answered yet.
    NotYet,
    /// No user is signed in.
    SignedOut,
    /// A user is signed in, at least with the password.
    SignedIn(Viewer),
}

impl KnownUser {
    /// The signed-in user.
    pub const fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::SignedIn(viewer) => Some(viewer),
            Self::NotYet | Self::SignedOut => None,
        }
    }
}

impl From<Option<Viewer>> for KnownUser {
    fn from(viewer: Option<Viewer>) -> Self {
        viewer.map_or(Self::SignedOut, Self::SignedIn)
    }
}

/// How the user of a tab changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserChange {
    /// The session has ended. The same user may return.
    Left,
    /// Another user is signed in.
    Replaced,
}

/// The session of this tab.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// The signed-in user, as far as this tab knows.
    pub known: RwSignal<KnownUser>,
    /// Whether the server has told this tab who is signed in. Before that, a sign-in might end an
    /// existing session.
    pub is_confirmed: RwSignal<bool>,
    /// Why the server has not answered.
    pub failed: RwSignal<Option<AppError>>,
    /// Whether the user signed out in this tab. Then the next sign-in does not return to the page.
    pub left_on_purpose: StoredValue<bool>,
    /// Counts changes of the known session, so that a slow answer can't replace a newer one.
    version: StoredValue<u32>,
    /// Why the session ended without the user's action. The sign-in page shows it once.
    ended: StoredValue<Option<AppError>>,
    /// Whether no call has shown yet that the browser keeps the session's cookie.
    is_unproven: StoredValue<bool>,
    /// The user who was last signed in in this tab.
    person: StoredValue<Option<String>>,
    /// The channel to the other tabs of this browser. This tab does not receive its own messages.
    tabs: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

impl Session {
    /// Creates the session of a tab that just opened, and its channel to the other tabs.
    pub fn new() -> Self {
        // A browser without a cookie already sees the sign-in form, which must not disappear while
        // the server is asked.
        let known = if boot::is_sign_in() {
            KnownUser::SignedOut
        } else {
            KnownUser::NotYet
        };
        Self {
            known: RwSignal::new(known),
            is_confirmed: RwSignal::new(false),
            failed: RwSignal::new(None),
            left_on_purpose: StoredValue::new(false),
            version: StoredValue::new(0),
            ended: StoredValue::new(None),
            is_unproven: StoredValue::new(false),
            person: StoredValue::new(None),
            tabs: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
        }
    }

    /// The signed-in user.
    pub fn viewer(self) -> Option<Viewer> {
        self.known.with(|known| known.viewer().cloned())
    }

    /// Whether the user has a method.
    pub fn has_mfa(self) -> bool {
        let known = self.known.read();
        known.viewer().is_some_and(|viewer| viewer.has_mfa)
    }

    /// The user's address.
    pub fn email(self) -> Option<String> {
        let known = self.known.read();
        known.viewer().map(|viewer| viewer.email.clone())
    }

    /// Whether this session may be shown backup codes that it has not saved yet.
    pub fn has_unsaved_codes(self) -> bool {
        let known = self.known.read();
        known
            .viewer()
            .is_some_and(|viewer| viewer.has_unsaved_codes)
    }

    /// Whether the session may do everything.
    pub fn is_full(self) -> bool {
        let known = self.known.read();
        let standing = known.viewer().map(|viewer| &viewer.standing);
        matches!(standing, Some(Standing::Full { .. }))
    }

    /// Whether the session may only set up MFA.
    pub fn is_forced(self) -> bool {
        let known = self.known.read();
        let standing = known.viewer().map(|viewer| &viewer.standing);
        matches!(standing, Some(Standing::SetUpOnly { .. }))
    }

    /// The user's methods, the default first. Does not track the session.
    pub fn methods(self) -> Vec<MethodOption> {
        let known = self.known.read_untracked();
        let viewer = known.viewer();
        viewer.map_or_else(Vec::new, |viewer| viewer.methods.clone())
    }

    /// The type of the user's default method. Does not track the session.
    pub fn default_type(self) -> MethodType {
        let known = self.known.read_untracked();
        let default = known.viewer().and_then(|viewer| viewer.methods.first());
        default.map_or(MethodType::Application, |method| method.method_type)
    }

    /// Whether a user is signed in. Does not track the session.
    pub fn is_signed_in_untracked(self) -> bool {
        self.known.with_untracked(|known| known.viewer().is_some())
    }

    /// Takes the reason why the session ended, which the sign-in page shows only once.
    pub fn take_end(self) -> Option<AppError> {
        self.ended.try_update_value(Option::take).flatten()
    }

    /// Takes whether the user signed out in this tab.
    pub fn take_left_on_purpose(self) -> bool {
        self.left_on_purpose
            .try_update_value(std::mem::take)
            .unwrap_or_default()
    }

    /// The number of the last change.
    pub fn version(self) -> u32 {
        self.version.get_value()
    }

    /// Counts a change. Returns its number.
    pub fn next_version(self) -> u32 {
        self.version
            .update_value(|version| *version = version.wrapping_add(1));
        self.version.get_value()
    }

    /// The email of the user who was last signed in in this tab.
    pub fn last_person(self) -> Option<String> {
        self.person.get_value()
    }

    /// Stores who is signed in now. Returns how the user has changed.
    pub fn note_person(self, known: &KnownUser) -> Option<UserChange> {
        let person = known.viewer().map(|viewer| viewer.email.clone());
        let last = self.person.get_value();
        if person.is_some() {
            self.person.set_value(person.clone());
        }
        match (last, person) {
            (Some(last), Some(person)) => (last != person).then_some(UserChange::Replaced),
            (Some(_), None) => Some(UserChange::Left),
            (None, _) => None,
        }
    }

    /// Stores why the session has ended, if this tab had one. `was_exchanged`: a request whose
    /// response was lost may have rotated the token, so that the cookie was kept although its
    /// session has ended.
    pub fn note_end(self, was_exchanged: bool) {
        if self.is_signed_in_untracked() {
            let was_kept = was_exchanged || !self.is_unproven.get_value();
            let why = if was_kept {
                AppError::NotSignedIn
            } else {
                AppError::NoCookie
            };
            self.ended.set_value(Some(why));
        }
    }

    /// Notes that no call has shown yet that the browser keeps the cookie. Returns whether the
    /// browser is likely to keep it; if not, the session is checked at once.
    pub fn is_cookie_likely_kept(self) -> bool {
        self.is_unproven.set_value(true);
        let navigator = window().navigator();
        let is_enabled = get(&navigator, "cookieEnabled").is_some_and(|it| it.is_truthy());
        is_enabled && !address::is_without_tls()
    }

    /// Notes that the browser keeps the session's cookie.
    pub fn prove_cookie(self) {
        self.is_unproven.set_value(false);
    }

    /// Tells the other tabs that the session has changed.
    pub fn tell_tabs(self) {
        self.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                let _ = tabs.post_message(&"session".into());
            }
        });
    }

    /// Handles messages of the other tabs for the lifetime of the app.
    pub fn hear_tabs(self, on_change: impl Fn() + 'static) {
        let heard = Closure::<dyn Fn()>::new(on_change);
        self.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                tabs.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            }
        });
        heard.forget();
    }
}
