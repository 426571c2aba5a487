//! The way back to the application that sent the user, which lasts over a reload.
//!
//! An application sends people to `/door/open`, where the server answers a complete session by the
//! way into the application. All others get the pages, which lead through the sign-in and then load
//! the same URL again. The query of that URL is kept in the tab's storage, because each step of a
//! sign-in may be reloaded, and in memory for browsers that refuse storage. It says which
//! application was asked for and proves nothing: the server decides anew when it is loaded.
//!
//! The server must not answer a complete session by the pages. If it does, for example because a
//! cache answers, loading again would never end, so the tab notes that it has loaded the URL.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{
    routes::Page,
    ui::browser::storage::{load_for_tab, store_for_tab},
};

/// Where the tab's storage keeps the query.
const KEY: &str = "door";
/// Stands before the query once it was loaded again.
const LOADED: char = '!';

/// The application that the user is on the way to.
#[derive(Clone, Copy)]
pub(crate) struct Door(StoredValue<Option<String>>);

impl Door {
    /// Reads the query from the URL, or continues with the one from before a reload.
    pub fn new() -> Self {
        let location = window().location();
        let is_here = location
            .pathname()
            .is_ok_and(|path| path == Page::Door.path());
        let kept = load_for_tab(KEY);
        let before = kept.as_deref().map(|kept| kept.trim_start_matches(LOADED));
        let asked = location.search().ok().filter(|_| is_here);
        if asked.is_some() && asked.as_deref() != before {
            store_for_tab(KEY, asked.as_deref());
        }
        Self(StoredValue::new(
            asked.or_else(|| before.map(str::to_owned)),
        ))
    }

    /// The page that leads on to the application, if one has sent the user.
    pub fn page(self) -> Option<Page> {
        self.0.with_value(Option::is_some).then_some(Page::Door)
    }

    /// Forgets the application, because the user went elsewhere.
    pub fn leave(self) {
        if self.0.try_update_value(Option::take).flatten().is_some() {
            store_for_tab(KEY, None);
        }
    }

    /// Notes that the session changed in this tab, so that the server may answer otherwise now.
    pub fn note_change(self) {
        self.0.with_value(|query| {
            if query.is_some() {
                store_for_tab(KEY, query.as_deref());
            }
        });
    }

    /// The URL to load from the server. `None` if the server answered the same URL by the pages.
    pub fn pass(self) -> Option<String> {
        let query = self.0.get_value()?;
        let noted = format!("{LOADED}{query}");
        if load_for_tab(KEY).is_some_and(|kept| kept == noted) {
            self.leave();
            return None;
        }
        store_for_tab(KEY, Some(&noted));
        Some(url(&query))
    }

    /// Puts the query back into the address bar, for a page that stays there for a while.
    pub fn show_url(self) {
        if let (Some(query), Ok(history)) = (self.0.get_value(), window().history()) {
            let url = url(&query);
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
        }
    }
}

fn url(query: &str) -> String {
    Page::Door.path() + query
}
