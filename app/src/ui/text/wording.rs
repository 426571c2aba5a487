//! What the widgets say on their own; everything else is passed in by the pages.

/// Toggle beside a password.
pub const SHOW_PASSWORD: &str = "Show password";
/// Said after the clipboard took the text.
pub const COPIED: &str = "Copied";
/// Said when the clipboard is refused and the text stands selected instead.
pub const COPY_BY_HAND: &str = "Selected. Press Ctrl+C (⌘C on a Mac) to copy.";
/// Action beside an error that may pass by itself.
pub const TRY_AGAIN: &str = "Try again";
/// Removes a message that has been read.
pub const DISMISS: &str = "Dismiss";
/// Stands for content that is on its way.
pub const LOADING: &str = "Loading…";
/// Fallback for a button whose page gives no words for its wait.
pub const WORKING: &str = "Working…";
/// Beside a switch that is on.
pub const ON: &str = "On";
/// Beside a switch that is off.
pub const OFF: &str = "Off";
/// Said when a countdown has ended.
pub const NOW: &str = "You can try again now.";
/// Menu item and group of the colour choice.
pub const THEME: &str = "Theme";
/// Follow the device.
pub const THEME_SYSTEM: &str = "System";
/// Dark on light.
pub const THEME_LIGHT: &str = "Light";
/// Light on dark.
pub const THEME_DARK: &str = "Dark";
