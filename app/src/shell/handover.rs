//! What one page leaves for the next one. None of it is stored or put into the history.

use domain::second_factor::methods::MethodType;
use leptos::prelude::*;
use usecases::{
    mfa::{CodeSheet, PendingMethod},
    profile::Profile,
    secret_text::SecretText,
};

use crate::{
    shell::{link::take_fragment, session::UserChange},
    words,
};

/// What the user chose for a new method.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NewMethodChoice {
    /// What it is to be.
    pub method_type: MethodType,
    /// Its name, as typed.
    pub name: String,
    /// Whether it is to be the default.
    pub is_default: bool,
}

/// Why a user is offered backup codes after a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FewCodes {
    /// A sign-in with a backup code left so many.
    Left(u32),
    /// The user came from another program and never had any.
    NeverAny,
}

impl FewCodes {
    /// How many codes there are, as the title of the offer.
    pub fn title(self) -> String {
        match self {
            Self::Left(left) => words::codes_left(left),
            Self::NeverAny => words::NO_CODES_YET.to_owned(),
        }
    }

    /// Why new ones are offered.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Left(_) => words::RECOVERY_OFFER,
            Self::NeverAny => words::FIRST_CODES_OFFER,
        }
    }
}

/// What one page leaves for the next one.
#[derive(Clone, Copy)]
pub(crate) struct Handover {
    /// The token from the URL's fragment.
    pub link: StoredValue<Option<SecretText>>,
    /// The address for the next sign-in, if this tab knows it: after an invitation, or after a lost
    /// response.
    pub sign_in_as: StoredValue<Option<String>>,
    /// The backup code that was typed before the password was asked for.
    pub typed_code: StoredValue<Option<SecretText>>,
    /// Whether the password of this sign-in would be refused as a new one.
    pub has_weak_password: StoredValue<bool>,
    /// Why the user is offered backup codes.
    pub few_codes: RwSignal<Option<FewCodes>>,
    /// Whether this offer is shown.
    pub is_offering: RwSignal<bool>,
    /// Whether a verification has just opened the set-up for a further method or a reset.
    pub set_up_is_open: StoredValue<bool>,
    /// What the user chose for the method that is being set up.
    pub method_choice: StoredValue<Option<NewMethodChoice>>,
    /// What is being set up, once the server has said so. Known again after a reload.
    pub pending: StoredValue<Option<PendingMethod>>,
    /// Whether this tab continued from a key that it has shown. If no key is pending when the next
    /// page loads, the user is told.
    pub key_was_shown: StoredValue<bool>,
    /// The codes that were just drawn; cleared with the page that shows them.
    pub sheet: StoredValue<Option<CodeSheet>>,
    /// The data of My profile, brought by the call that leads there.
    pub profile: StoredValue<Option<Profile>>,
}

impl Handover {
    /// Creates the state of a tab that just opened. Takes the token from the address bar.
    pub fn new() -> Self {
        Self {
            link: StoredValue::new(take_fragment()),
            sign_in_as: StoredValue::new(None),
            typed_code: StoredValue::new(None),
            has_weak_password: StoredValue::new(false),
            few_codes: RwSignal::new(None),
            is_offering: RwSignal::new(false),
            set_up_is_open: StoredValue::new(false),
            method_choice: StoredValue::new(None),
            pending: StoredValue::new(None),
            key_was_shown: StoredValue::new(false),
            sheet: StoredValue::new(None),
            profile: StoredValue::new(None),
        }
    }

    /// The token of the link, or an empty one.
    pub fn link_token(self) -> SecretText {
        self.link
            .get_value()
            .unwrap_or_else(|| SecretText::new(String::new()))
    }

    /// Takes the address for the sign-in.
    pub fn take_sign_in_as(self) -> Option<String> {
        self.sign_in_as.try_update_value(Option::take).flatten()
    }

    /// Takes the typed backup code.
    pub fn take_typed_code(self) -> Option<SecretText> {
        self.typed_code.try_update_value(Option::take).flatten()
    }

    /// Takes whether the password of this sign-in is weak.
    pub fn take_weak_password(self) -> bool {
        self.has_weak_password
            .try_update_value(std::mem::take)
            .unwrap_or_default()
    }

    /// Takes whether this tab continued from a key that it has shown.
    pub fn take_key_was_shown(self) -> bool {
        self.key_was_shown
            .try_update_value(std::mem::take)
            .unwrap_or_default()
    }

    /// Takes the codes that were just drawn.
    pub fn take_sheet(self) -> Option<CodeSheet> {
        self.sheet.try_update_value(Option::take).flatten()
    }

    /// Takes the data of My profile.
    pub fn take_profile(self) -> Option<Profile> {
        self.profile.try_update_value(Option::take).flatten()
    }

    /// Ends the wizard: neither a reset nor a shown key is left to continue from.
    pub fn end_set_up(self) {
        self.method_choice.set_value(None);
        self.pending.set_value(None);
        self.set_up_is_open.set_value(false);
        self.key_was_shown.set_value(false);
    }

    /// Whether a reload of the app would lose nothing of this.
    pub fn is_empty(self) -> bool {
        self.few_codes.get_untracked().is_none()
            && self.sheet.with_value(Option::is_none)
            && self.link.with_value(Option::is_none)
            && !self.set_up_is_open.get_value()
    }

    /// Clears what belongs to the previous user.
    pub fn reset(self, change: UserChange) {
        if change == UserChange::Replaced {
            self.sign_in_as.set_value(None);
        }
        self.sheet.set_value(None);
        self.typed_code.set_value(None);
        self.has_weak_password.set_value(false);
        self.few_codes.set(None);
        self.end_set_up();
    }
}
