//! The field for a new password, which shows the rule during typing.

use leptos::prelude::*;

use super::password_error;
use crate::{
    ui::{
        PasswordField,
        boxed::{effect, memo},
    },
    wire::error::Field,
    words,
};

/// A new password, with its rule below it.
#[component]
pub(crate) fn NewPasswordField(
    /// The field's label.
    label: &'static str,
    /// Name for the browser's memory.
    #[prop(default = "password")]
    name: &'static str,
    /// The typed text.
    value: RwSignal<String>,
    /// What is wrong with it.
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let fits = memo(move || password_error(&value.read()).is_none());
    effect(move || {
        let is_of_length = |said: &String| said == words::invalid(Field::Password);
        if fits.get() && error.read_untracked().as_ref().is_some_and(is_of_length) {
            error.set(None);
        }
    });
    let hint =
        Signal::derive(move || words::password_length(value.read().chars().count(), fits.get()));
    let met = Signal::derive(move || fits.get());
    view! { <PasswordField label name autocomplete="new-password" value error hint met /> }
}
