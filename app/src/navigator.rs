//! Which page is shown, in step with the address bar and the history. Pages are all there is: no address is ever passed around.

use leptos::{
    ev::{self, MouseEvent},
    prelude::*,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement};

use crate::routes::Page;

/// The way to other pages.
#[derive(Clone, Copy)]
pub(crate) struct Navigator {
    page: RwSignal<Page>,
}

impl Navigator {
    /// Starts at the address bar; from here on follows links, Back and Forward.
    pub fn start() -> Self {
        let this = Self { page: RwSignal::new(Page::from_path(&current_path())) };
        let back = window_event_listener(ev::popstate, move |_| this.page.set(Page::from_path(&current_path())));
        let click = window_event_listener(ev::click, move |event| this.follow(&event));
        on_cleanup(move || {
            back.remove();
            click.remove();
        });
        this
    }

    /// The page that is shown now.
    pub fn page(self) -> Page {
        self.page.get()
    }

    /// The page that is shown now, without following it.
    pub fn page_untracked(self) -> Page {
        self.page.get_untracked()
    }

    /// Goes to a page; Back returns here.
    pub fn push(self, page: Page) {
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(page.path()));
        }
        self.show(page);
    }

    /// Goes to a page in the place of this one; Back does not return here.
    pub fn replace(self, page: Page) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(page.path()));
        }
        self.show(page);
    }

    fn show(self, page: Page) {
        self.page.set(page);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Takes over plain clicks on links to pages; everything else is the browser's.
    fn follow(self, event: &MouseEvent) {
        let plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if event.default_prevented() || !plain {
            return;
        }
        let Some(page) = event.target().and_then(|target| target.dyn_into::<Element>().ok()).and_then(|element| linked_page(&element)) else {
            return;
        };
        event.prevent_default();
        if page == self.page_untracked() {
            self.show(page);
        } else {
            self.push(page);
        }
    }
}

/// The page that a link around this element leads to.
fn linked_page(element: &Element) -> Option<Page> {
    let link = element.closest("a[href]").ok().flatten()?.dyn_into::<HtmlAnchorElement>().ok()?;
    let ours = window().location().origin().is_ok_and(|origin| origin == link.origin());
    let plain = link.target().is_empty() && !link.has_attribute("download") && link.hash().is_empty();
    let page = Page::from_path(&link.pathname());
    (ours && plain && page != Page::NotFound).then_some(page)
}

fn current_path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The way to other pages, from any view.
pub(crate) fn use_navigator() -> Navigator {
    expect_context::<Navigator>()
}
