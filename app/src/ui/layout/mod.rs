//! Widgets for the layout of a page.

pub(crate) mod details;
pub(crate) mod disclosure;
pub(crate) mod heading;
pub(crate) mod icon;
pub(crate) mod skip_link;
pub(crate) mod steps;
pub(crate) mod table;
pub(crate) mod when;
