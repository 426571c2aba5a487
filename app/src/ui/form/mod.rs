//! Fields and buttons.

pub(crate) mod button;
pub(crate) mod checkbox;
pub(crate) mod code_field;
pub(crate) mod field;
pub(crate) mod hidden_username;
pub(crate) mod link_button;
pub(crate) mod password_field;
pub(crate) mod select;
pub(crate) mod submit_form;
pub(crate) mod switch;
pub(crate) mod text_field;
