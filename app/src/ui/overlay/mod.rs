//! Widgets above the page: dialogs and menus.

pub(crate) mod dialog;
pub(crate) mod menu;
pub(crate) mod menu_items;
pub(crate) mod menu_keys;
pub(crate) mod theme_menu;
