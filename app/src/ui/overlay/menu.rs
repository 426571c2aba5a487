use leptos::{
    ev::{FocusEvent, KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use crate::ui::{
    boxed::boxed_handler,
    browser::id::unique_id,
    layout::icon::{Glyph, Icon},
    overlay::menu_keys::menu_target,
    text::{format::initials, text_content::text_content},
};

/// All items except those inside a closed group.
const ITEMS: &str = "[role^=menuitem]:not([hidden] [role^=menuitem])";

/// The state that the items of a menu share with it.
#[derive(Clone, Copy)]
pub(crate) struct MenuContext {
    open: RwSignal<bool>,
    trigger: NodeRef<html::Button>,
    list: NodeRef<html::Div>,
}

impl MenuContext {
    /// Closes the menu and returns the focus to the button, so that the focus is not lost with the
    /// list.
    pub fn close(self) {
        if let Some(trigger) = self.trigger.get_untracked() {
            let _ = trigger.focus();
        }
        self.open.set(false);
    }

    fn items(self) -> Vec<HtmlElement> {
        let Some(list) = self
            .list
            .get_untracked()
            .and_then(|list| list.query_selector_all(ITEMS).ok())
        else {
            return Vec::new();
        };
        (0..list.length())
            .filter_map(|index| list.item(index))
            .map(Node::unchecked_into)
            .collect()
    }

    fn open_at(self, key: &str) {
        // Shown at once instead of with the next rendering, because a hidden element can't take the
        // focus.
        if let Some(list) = self.list.get_untracked() {
            let _ = list.remove_attribute("hidden");
        }
        self.open.set(true);
        self.step(key);
    }

    /// Moves the focus according to `key`. Returns false to leave the key to the browser.
    fn step(self, key: &str) -> bool {
        let items = self.items();
        let focused = document().active_element();
        let current = items.iter().position(|item| {
            focused
                .as_ref()
                .is_some_and(|focused| item.is_same_node(Some(focused)))
        });
        let target = menu_target(key, current, items.len()).and_then(|index| items.get(index));
        target.is_some_and(|item| item.focus().is_ok())
    }

    fn on_key(self, event: &KeyboardEvent) {
        let key = event.key();
        let handled = match (self.open.get_untracked(), key.as_str()) {
            (false, "ArrowDown" | "ArrowUp") => {
                self.open_at(&key);
                true
            }
            (true, "Escape") => {
                self.close();
                true
            }
            // A link reacts only to Enter, but users expect that the space bar also activates a
            // menu item.
            (true, " ") => press_focused_link(),
            (true, key) => self.step(key),
            _ => false,
        };
        if handled {
            event.prevent_default();
            event.stop_propagation();
        }
    }
}

fn press_focused_link() -> bool {
    let link = document()
        .active_element()
        .filter(|element| element.tag_name() == "A");
    if let Some(link) = &link {
        link.unchecked_ref::<HtmlElement>().click();
    }
    link.is_some()
}

/// A button that opens a list of items below it. Supports arrow keys, Home, End and Escape; closes
/// when focus or pointer go elsewhere.
///
/// The items are `MenuLink`, `MenuAction` and `ThemeMenu`.
#[component]
pub fn Menu(
    /// The button's name: a user's name, shown next to initials; hidden text with `compact`.
    #[prop(into)]
    label: Signal<String>,
    /// Shows three dots instead of the name.
    #[prop(optional)]
    compact: bool,
    /// The items.
    children: Children,
) -> impl IntoView {
    let context = MenuContext {
        open: RwSignal::new(false),
        trigger: NodeRef::new(),
        list: NodeRef::new(),
    };
    provide_context(context);
    let MenuContext {
        open,
        trigger,
        list,
    } = context;
    let list_id = unique_id("menu");
    let button_id = format!("{list_id}-button");

    let toggle = move |_| {
        if open.get_untracked() {
            context.close();
        } else {
            context.open_at("ArrowDown");
        }
    };
    // Otherwise a press on the button would take the focus from the list, which closes the menu,
    // and then open it again.
    let keep_focus = move |event: MouseEvent| event.prevent_default();
    let leave = move |event: FocusEvent| {
        let next = event
            .related_target()
            .and_then(|target| target.dyn_into::<Node>().ok());
        // Read from the event, because the focus also leaves when the whole menu is removed, and
        // its signals are then disposed.
        let menu = event
            .current_target()
            .and_then(|menu| menu.dyn_into::<Node>().ok());
        if !menu.is_some_and(|menu| next.is_some_and(|next| menu.contains(Some(&next)))) {
            open.try_set(false);
        }
    };
    view! {
        <div class="menu" class:menu--compact=compact on:keydown=move |event| context.on_key(&event) on:focusout=leave>
            <button
                class="menu__button"
                id=button_id.clone()
                type="button"
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=list_id.clone()
                aria-label=move || compact.then(|| label.get())
                on:mousedown=keep_focus
                on:click=boxed_handler(toggle)
                node_ref=trigger
            >
                {if compact {
                    view! { <Icon glyph=Glyph::More /> }.into_any()
                } else {
                    view! {
                        <span class="menu__initials" aria-hidden="true" translate="no" use:text_content=Signal::derive(move || initials(&label.read()))></span>
                        <bdi class="menu__label" translate="no" use:text_content=label></bdi>
                        <Icon glyph=Glyph::ChevronDown />
                    }
                        .into_any()
                }}
            </button>
            <div class="menu__list" id=list_id role="menu" aria-labelledby=button_id tabindex="-1" hidden=move || !open.get() node_ref=list>
                {children()}
            </div>
        </div>
    }
}
