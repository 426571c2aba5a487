//! The field for a new password, which shows the rule during typing.

use domain::people::password::{MAX_CHARS, MIN_CHARS};
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
    let hint = Signal::derive(move || said(value.read().chars().count(), fits.get()));
    let met = Signal::derive(move || fits.get());
    view! { <PasswordField label name autocomplete="new-password" value error hint met /> }
}

fn said(typed: usize, fits: bool) -> String {
    if typed > MAX_CHARS {
        format!("At most {MAX_CHARS} characters: {typed} so far")
    } else if typed == 0 || fits {
        format!("At least {MIN_CHARS} characters")
    } else {
        format!("At least {MIN_CHARS} characters: {typed} so far")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P18: a user who types fourteen characters learns that they are too few before they press the button.
    #[test]
    fn p18_the_rule_counts_along() {
        assert_eq!(said(0, false), "At least 15 characters");
        assert_eq!(said(14, false), "At least 15 characters: 14 so far");
        assert_eq!(said(15, true), "At least 15 characters");
        assert_eq!(said(257, false), "At most 256 characters: 257 so far");
    }
}
