//! The widgets' own texts. The pages pass in all other texts.

/// Label of the toggle next to a password.
pub const SHOW_PASSWORD: &str = "Show password";
/// Shown after the text was copied to the clipboard.
pub const COPIED: &str = "Copied";
/// Shown if the clipboard is refused and the text is selected instead.
pub const COPY_BY_HAND: &str = "Selected. Press Ctrl+C (⌘C on a Mac) to copy.";
/// Action next to an error that may be temporary.
pub const TRY_AGAIN: &str = "Try again";
/// Removes a message after reading.
pub const DISMISS: &str = "Dismiss";
/// Shown while content loads.
pub const LOADING: &str = "Loading…";
/// Default label of a busy button.
pub const WORKING: &str = "Working…";
/// Shown next to a switch that is on.
pub const ON: &str = "On";
/// Shown next to a switch that is off.
pub const OFF: &str = "Off";
/// Shown when a countdown has ended.
pub const NOW: &str = "You can try again now.";
/// Label of the menu item and of the group of colour themes.
pub const THEME: &str = "Theme";
/// Follows the device.
pub const THEME_SYSTEM: &str = "System";
/// Dark on light.
pub const THEME_LIGHT: &str = "Light";
/// Light on dark.
pub const THEME_DARK: &str = "Dark";
