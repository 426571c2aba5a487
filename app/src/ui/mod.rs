//! Widgets without domain knowledge: native elements first, one widget a file, styled by `style/ui/*.css`.
//!
//! Nothing here sets a `style` attribute: the Content-Security-Policy only lets the style sheets in that came with the page.
//! [`pure`] and [`text`] compile without the browser, so their folds are tested on the host.

pub mod pure;
pub mod text;

#[cfg(feature = "csr")]
mod alert;
#[cfg(feature = "csr")]
mod badge;
#[cfg(feature = "csr")]
mod browser_call;
#[cfg(feature = "csr")]
mod button;
#[cfg(feature = "csr")]
mod calendar;
#[cfg(feature = "csr")]
mod capture;
#[cfg(feature = "csr")]
mod checkbox;
#[cfg(feature = "csr")]
mod clipboard;
#[cfg(feature = "csr")]
mod clock;
#[cfg(feature = "csr")]
mod code_field;
#[cfg(feature = "csr")]
mod code_list;
#[cfg(feature = "csr")]
mod copy_button;
#[cfg(feature = "csr")]
mod countdown;
#[cfg(feature = "csr")]
mod details;
#[cfg(feature = "csr")]
mod dialog;
#[cfg(feature = "csr")]
mod disclosure;
#[cfg(feature = "csr")]
mod download;
#[cfg(feature = "csr")]
mod field;
#[cfg(feature = "csr")]
mod focus;
#[cfg(feature = "csr")]
mod heading;
#[cfg(feature = "csr")]
mod hidden_username;
#[cfg(feature = "csr")]
mod icon;
#[cfg(feature = "csr")]
mod id;
#[cfg(feature = "csr")]
mod key_groups;
#[cfg(feature = "csr")]
mod link_button;
#[cfg(feature = "csr")]
mod menu;
#[cfg(feature = "csr")]
mod menu_items;
#[cfg(feature = "csr")]
mod password_field;
#[cfg(feature = "csr")]
mod qr_code;
#[cfg(feature = "csr")]
mod relative_time;
#[cfg(feature = "csr")]
mod select;
#[cfg(feature = "csr")]
mod skeleton;
#[cfg(feature = "csr")]
mod skip_link;
#[cfg(feature = "csr")]
mod status;
#[cfg(feature = "csr")]
mod steps;
#[cfg(feature = "csr")]
mod submit_form;
#[cfg(feature = "csr")]
mod switch;
#[cfg(feature = "csr")]
mod table;
#[cfg(feature = "csr")]
mod text_field;
#[cfg(feature = "csr")]
mod theme;
#[cfg(feature = "csr")]
mod theme_menu;
#[cfg(feature = "csr")]
mod when;
#[cfg(feature = "csr")]
mod written;

#[cfg(feature = "csr")]
mod exports {
    pub use super::{
        alert::{Alert, AlertKind, FormError},
        badge::{Badge, BadgeKind},
        browser_call::{call, get},
        button::{Button, ButtonKind},
        calendar::{day, iso, today},
        capture::{ask_before_unload, on_capture},
        checkbox::Checkbox,
        clipboard::{BrowserRefused, copy_text, select_contents},
        code_field::{CodeField, CodeKind},
        code_list::CodeList,
        copy_button::CopyButton,
        countdown::Countdown,
        details::{Detail, DetailsList},
        dialog::Dialog,
        disclosure::Disclosure,
        download::{download_csv, download_text, print},
        focus::{focus_first_invalid, focus_heading, leave_alert},
        heading::FocusHeading,
        hidden_username::HiddenUsername,
        icon::{Glyph, Icon},
        key_groups::KeyGroups,
        link_button::LinkButton,
        menu::Menu,
        menu_items::{MenuAction, MenuLink},
        password_field::PasswordField,
        qr_code::QrCode,
        relative_time::RelativeTime,
        select::Select,
        skeleton::Skeleton,
        skip_link::SkipLink,
        status::Status,
        steps::StepIndicator,
        submit_form::SubmitForm,
        switch::Switch,
        table::{Cell, RowHead, Rows, Table},
        text_field::TextField,
        theme::{Theme, follow_stored_theme},
        theme_menu::ThemeMenu,
        when::When,
        written::{Name, written},
    };
}
#[cfg(feature = "csr")]
pub use exports::*;
