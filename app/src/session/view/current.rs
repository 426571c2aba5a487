//! The session as the browser knows it: asked for once, told to the other tabs, and left as soon as the server says that it has ended.

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::BroadcastChannel;

use crate::{
    error::AppError,
    navigator::Navigator,
    routes::{Page, after_sign_in},
    session::{
        api::{Viewer, whoami},
        state::{Gate, Presence},
    },
};

/// The tabs of one browser share the cookie, so they tell each other when it changes.
const CHANNEL: &str = "twinlock";

/// The one session, for all views.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    presence: RwSignal<Presence>,
    wanted: RwSignal<Option<Page>>,
    status: RwSignal<Option<String>>,
    status_page: StoredValue<Option<Page>>,
    /// Counts what has been learnt, so that a slow answer does not undo a newer one.
    learnt: StoredValue<u32>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    navigator: Navigator,
}

impl Session {
    /// Asks who is there, and listens to the other tabs.
    pub fn start(navigator: Navigator) -> Self {
        let this = Self {
            presence: RwSignal::new(Presence::Unknown),
            wanted: RwSignal::new(None),
            status: RwSignal::new(None),
            status_page: StoredValue::new(None),
            learnt: StoredValue::new(0),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
            navigator,
        };
        this.listen();
        this.refresh();
        this
    }

    fn listen(self) {
        let heard = Closure::<dyn Fn()>::new(move || self.refresh());
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            }
        });
        // It lives as long as the tab.
        heard.forget();
        // A page that Back brings back from memory is as old as it was when it was left.
        let shown = window_event_listener(ev::pageshow, move |event| {
            if event.persisted() {
                self.ask_again();
            }
        });
        on_cleanup(move || shown.remove());
    }

    /// Asks who is there, and shows what is shown meanwhile.
    pub fn refresh(self) {
        let asked_at = self.learnt.get_value();
        spawn_local(async move {
            let answer = whoami().await;
            if self.learnt.get_value() != asked_at {
                return;
            }
            self.learn(match answer {
                Ok(Some(viewer)) => Presence::Known(viewer),
                // Whoever left stays gone, so that their last page is not kept for the next person.
                Ok(None) if self.presence.get_untracked() == Presence::SignedOut => Presence::SignedOut,
                Ok(None) => Presence::Nobody,
                Err(error) => Presence::Failed(error),
            });
        });
    }

    /// Asks who is there, and shows nothing of anybody until it is known.
    pub fn ask_again(self) {
        self.learn(Presence::Unknown);
        self.refresh();
    }

    fn learn(self, presence: Presence) {
        self.learnt.update_value(|count| *count = count.wrapping_add(1));
        if self.presence.get_untracked() != presence {
            self.presence.set(presence);
        }
    }

    fn tell_other_tabs(self) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                let _ = channel.post_message(&"session".into());
            }
        });
    }

    /// Somebody has signed in, wholly or half.
    pub fn enter(self, viewer: Viewer) {
        self.learn(Presence::Known(viewer));
        self.tell_other_tabs();
    }

    /// Something about the person has changed on the server.
    pub fn changed(self) {
        self.refresh();
        self.tell_other_tabs();
    }

    /// Somebody has signed out.
    pub fn leave(self) {
        self.learn(Presence::SignedOut);
        self.wanted.set(None);
        self.tell_other_tabs();
    }

    /// Takes a refusal that is about the session; false leaves it to the page.
    pub fn takes(self, error: AppError) -> bool {
        match error {
            AppError::NotSignedIn => self.learn(Presence::Nobody),
            AppError::NotAllowed => self.refresh(),
            _ => {}
        }
        error == AppError::NotSignedIn
    }

    /// Who is there.
    pub fn viewer(self) -> Option<Viewer> {
        self.presence.read().viewer().cloned()
    }

    /// Whether an MFA method was active when it was asked last.
    pub fn has_mfa_untracked(self) -> bool {
        self.presence.read_untracked().viewer().is_some_and(|viewer| viewer.has_mfa)
    }

    /// What to show of the page in the address bar.
    pub fn gate(self) -> Gate {
        self.presence.read().gate(self.navigator.page(), self.wanted.get())
    }

    /// Goes elsewhere, and remembers to come back.
    pub fn turn_away(self, target: Page) {
        let page = self.navigator.page_untracked();
        if self.presence.read_untracked().remembers(page) {
            self.wanted.set(Some(page));
        }
        self.navigator.replace(target);
    }

    /// Where this session goes after its sign-in.
    pub fn destination(self) -> Page {
        after_sign_in(self.presence.read_untracked().standing(), self.wanted.get_untracked())
    }

    /// The page that was asked for is shown: there is nothing to come back to any more.
    pub fn arrived(self, page: Page) {
        if page.is_destination() && self.wanted.get_untracked().is_some() {
            self.wanted.set(None);
        }
    }

    /// What happened, as the shell says it.
    pub fn status(self) -> RwSignal<Option<String>> {
        self.status
    }

    /// Says what happened, on a page that is or will be shown.
    pub fn say(self, page: Page, words: impl Into<String>) {
        self.status_page.set_value(Some(page));
        self.status.set(Some(words.into()));
    }

    /// Goes to a page in the place of this one and says there what happened.
    pub fn land(self, page: Page, words: impl Into<String>) {
        self.say(page, words);
        self.navigator.replace(page);
    }

    /// What was said belongs to its page only.
    pub fn forget_status_elsewhere(self, page: Page) {
        if self.status_page.get_value() != Some(page) && self.status.get_untracked().is_some() {
            self.status.set(None);
        }
    }
}

/// The session, from any view.
pub(crate) fn use_session() -> Session {
    expect_context::<Session>()
}
