//! How the known session changes: by the server's answer, by an action in this tab, or by its end.

use leptos::{prelude::*, task::spawn_local};
use usecases::session::Viewer;

use crate::{
    api::session::whoami,
    shell::{Shell, session::KnownUser},
    words,
};

impl Shell {
    /// Asks the server who is signed in.
    pub fn refresh(self) {
        self.session.failed.set(None);
        let version = self.session.next_version();
        spawn_local(async move {
            let answer = whoami().await;
            self.note(&answer);
            self.session
                .is_confirmed
                .update(|confirmed| *confirmed |= answer.is_ok());
            if self.session.version() != version {
                return;
            }
            match answer {
                Ok(viewer) => self.hear_of_session(viewer),
                Err(error) => self.session.failed.set(Some(error)),
            }
        });
    }

    /// Processes the server's answer about the signed-in user.
    pub(super) fn hear_of_session(self, viewer: Option<Viewer>) {
        let had_one = self.session.is_signed_in_untracked();
        if viewer.is_none() && had_one && self.session.left_on_purpose.get_value() {
            // The sign-out whose response was lost was done.
            self.flash.reset();
            self.set_viewer(None);
        } else if viewer.is_none() && had_one {
            self.lose_session();
        } else {
            self.session
                .left_on_purpose
                .update_value(|left| *left &= viewer.is_none());
            self.know(viewer.into());
        }
        self.session.prove_cookie();
    }

    /// Changes the known data of the user after an action of this page.
    pub fn amend(self, change: impl FnOnce(&mut Viewer)) {
        if let Some(mut viewer) = untrack(|| self.session.viewer()) {
            change(&mut viewer);
            self.set_viewer(Some(viewer));
        }
    }

    /// Sets the session after a change in this tab. Updates the pages and the other tabs.
    pub fn set_viewer(self, viewer: Option<Viewer>) {
        let is_new = viewer.is_some() && !self.session.is_signed_in_untracked();
        if viewer.is_some() {
            self.session.left_on_purpose.set_value(false);
            self.return_to.door.note_change();
        }
        self.session.next_version();
        self.know(viewer.into());
        if is_new && !self.session.is_cookie_likely_kept() {
            self.refresh();
        }
        self.session.tell_tabs();
    }

    /// Handles a session that ended without the user's action. After the next sign-in the user
    /// returns to their page.
    pub(super) fn lose_session(self) {
        let connection = self.connection;
        self.session.next_version();
        self.session.note_end(
            connection.may_have_used_code.get_value()
                || connection.may_have_new_password.get_value(),
        );
        let perhaps = if connection.may_have_new_password.get_value() {
            Some(words::PASSWORD_PERHAPS_CHANGED)
        } else if connection.may_have_used_code.get_value() {
            Some(words::CODE_PERHAPS_USED)
        } else if connection.may_have_done.get_value() {
            Some(words::BACK_AGAIN)
        } else {
            None
        };
        if let Some(perhaps) = perhaps {
            self.flash.warn(perhaps.to_owned());
            // The same user continues. After any other end, the next user at this screen may be
            // another person.
            let person = self.session.last_person();
            self.handover.sign_in_as.set_value(person);
        }
        self.know(KnownUser::SignedOut);
    }

    /// Updates the known session. Clears the state of the previous user, so that the next user in
    /// this tab sees nothing of it.
    fn know(self, known: KnownUser) {
        // Data that an earlier call brought is outdated.
        self.handover.profile.set_value(None);
        if let Some(change) = self.session.note_person(&known) {
            self.return_to.reset(change);
            self.handover.reset(change);
            self.connection.reset();
        }
        self.session.known.set(known);
    }
}
