//! Widgets without domain knowledge: native elements where possible, one widget for each file,
//! styled by `style/ui/*.css`.
//!
//! No widget sets a `style` attribute, because the Content-Security-Policy allows only the style
//! sheets of the page.
//! [`text::format`] compiles without the browser.

#[cfg(feature = "csr")]
pub(crate) mod boxed;
#[cfg(feature = "csr")]
pub(crate) mod browser;
#[cfg(feature = "csr")]
mod feedback;
#[cfg(feature = "csr")]
mod form;
#[cfg(feature = "csr")]
mod layout;
#[cfg(feature = "csr")]
mod overlay;
pub mod text;

#[cfg(feature = "csr")]
mod exports {
    pub use super::{
        browser::capture::{ask_before_unload, on_capture},
        browser::clipboard::{BrowserRefusal, copy_text, select_contents},
        browser::copy_button::CopyButton,
        browser::download::{download_csv, download_text, print},
        browser::focus::{focus_first_invalid, focus_heading, leave_alert},
        browser::theme::{Theme, follow_stored_theme},
        feedback::alert::{Alert, AlertKind, FormError, note},
        feedback::badge::{Badge, BadgeKind},
        feedback::countdown::Countdown,
        feedback::skeleton::{Skeleton, waiting_card},
        feedback::status::Status,
        form::button::{Button, ButtonKind, busy_button, button, submit_button},
        form::checkbox::Checkbox,
        form::code_field::{CodeField, CodeKind},
        form::hidden_username::HiddenUsername,
        form::link_button::{LinkButton, link_button},
        form::password_field::PasswordField,
        form::select::Select,
        form::submit_form::SubmitForm,
        form::switch::Switch,
        form::text_field::TextField,
        layout::details::{Detail, DetailsList},
        layout::disclosure::Disclosure,
        layout::heading::FocusHeading,
        layout::icon::{Glyph, Icon},
        layout::skip_link::SkipLink,
        layout::steps::StepIndicator,
        layout::table::{Cell, RowHead, Rows, Table},
        layout::when::When,
        overlay::dialog::Dialog,
        overlay::menu::Menu,
        overlay::menu_items::{MenuAction, MenuLink},
        overlay::theme_menu::ThemeMenu,
        text::calendar::{day, iso, today},
        text::code_list::CodeList,
        text::key_groups::KeyGroups,
        text::qr_code::QrCode,
        text::relative_time::RelativeTime,
        text::static_text::{
            item, lead, muted, paragraph, paragraph_of, section_heading, setting_heading,
        },
        text::text_content::{Name, text_content},
    };
}
#[cfg(feature = "csr")]
pub use exports::*;
