//! Where the user continues after a page that they had to visit first.

mod door;

use leptos::prelude::*;

use crate::{
    routes::{AfterPassword, Page},
    shell::session::UserChange,
};
use door::Door;

/// Where the user continues after a sign-in, a password, a set-up, or Back.
#[derive(Clone, Copy)]
pub(crate) struct ReturnTo {
    /// The page that the user wanted before they had to sign in.
    pub wanted: RwSignal<Option<Page>>,
    /// What continues after the password is confirmed.
    pub after_password: RwSignal<Option<AfterPassword>>,
    /// The page to open after a set-up that an account requires.
    pub after_set_up: RwSignal<Option<Page>>,
    /// The application that has sent the user.
    pub door: Door,
    /// Called at Back and Forward, before the router. True keeps the page.
    pub keeps_page: StoredValue<Option<Callback<(), bool>>>,
}

impl ReturnTo {
    /// Creates the state of a tab that just opened.
    pub fn new() -> Self {
        Self {
            wanted: RwSignal::new(None),
            after_password: RwSignal::new(None),
            after_set_up: RwSignal::new(None),
            door: Door::new(),
            keeps_page: StoredValue::new(None),
        }
    }

    /// Takes the page that the user wanted. A user whom an application has sent returns to it.
    pub fn take_wanted(self) -> Option<Page> {
        let wanted = self.wanted.try_update(Option::take).flatten();
        self.door.page().or(wanted)
    }

    /// Takes what continues after the password.
    pub fn take_after_password(self) -> Option<AfterPassword> {
        self.after_password.try_update(Option::take).flatten()
    }

    /// Takes the page to open after a set-up.
    pub fn take_after_set_up(self) -> Option<Page> {
        let after_set_up = self.after_set_up.try_update(Option::take).flatten();
        self.door.page().or(after_set_up)
    }

    /// Whether the page stays although the user pressed Back or Forward.
    pub fn keeps_page(self) -> bool {
        let keeps_page = self.keeps_page.get_value();
        keeps_page.is_some_and(|keeps_page| keeps_page.run(()))
    }

    /// Whether a reload of the app would lose nothing of this.
    pub fn is_empty(self) -> bool {
        self.wanted.read_untracked().is_none()
            && self.after_set_up.read_untracked().is_none()
            && self.after_password.read_untracked().is_none()
            && self.keeps_page.get_value().is_none()
    }

    /// Clears what belongs to the previous user. Their page is kept for their next sign-in.
    pub fn reset(self, change: UserChange) {
        self.after_password.set(None);
        self.after_set_up.set(None);
        if change == UserChange::Replaced {
            self.wanted.set(None);
            self.door.leave();
        }
    }
}
