use leptos::prelude::*;

use crate::{
    boot_protocol::{attribute, storage_key, theme},
    ui::browser::storage,
    words,
};

/// The colour theme that the user has chosen.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// The theme of the device.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All themes, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The theme's label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => words::THEME_SYSTEM,
            Self::Light => words::THEME_LIGHT,
            Self::Dark => words::THEME_DARK,
        }
    }

    const fn value(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some(theme::LIGHT),
            Self::Dark => Some(theme::DARK),
        }
    }

    /// The choice made earlier in this browser.
    pub fn stored() -> Self {
        let value = storage::load(storage_key::THEME);
        Self::ALL
            .into_iter()
            .find(|theme| theme.value() == value.as_deref())
            .unwrap_or_default()
    }

    /// Applies the theme at once and stores it. If the browser refuses storage, the choice lasts
    /// until the page is left.
    pub fn choose(self) {
        self.apply();
        storage::store(storage_key::THEME, self.value());
    }

    fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = match self.value() {
                Some(value) => root.set_attribute(attribute::THEME, value),
                None => root.remove_attribute(attribute::THEME),
            };
        }
    }
}

/// Follows a choice made in another tab. Call it once at start; for the first paint,
/// `frontend/boot/theme.ts` sets the theme.
pub fn follow_stored_theme() {
    let _ = window_event_listener_untyped("storage", |_| Theme::stored().apply());
}
