//! The form that verifies an identity by either factor, in the sign-in and before an action.

use domain::second_factor::{
    backup_code::{BackupCode, BackupCodeError},
    one_time_code::OneTimeCode,
};
use leptos::prelude::*;
use usecases::secret_text::SecretText;

use crate::{
    features::mfa::code_form::CodeForm,
    ui::{Button, ButtonKind, CodeKind, boxed::boxed_view},
    wire::error::{AppError, Field},
    words,
};

/// A typed text that has the form of a code.
pub(crate) enum FactorInput {
    /// A 6-digit code.
    Code(SecretText),
    /// A backup code, for users who lost their device.
    BackupCode(SecretText),
}

impl FactorInput {
    /// The code, for a call that takes either kind.
    pub fn into_text(self) -> SecretText {
        match self {
            Self::Code(text) | Self::BackupCode(text) => text,
        }
    }
}

/// `6-digit code` ⇄ `Backup code`: the typed text of each, and which one is shown. The hidden field
/// keeps its text.
#[derive(Clone, Copy)]
pub(crate) struct Factors {
    code: RwSignal<String>,
    backup: RwSignal<String>,
    by_backup: RwSignal<bool>,
    /// Whether the shown field has replaced the other one.
    pub turned: RwSignal<bool>,
}

/// The texts of one kind, and its field.
pub(crate) struct ShownFactor {
    /// The request to the user.
    pub lead: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// The field's kind.
    pub kind: CodeKind,
    /// The typed text.
    pub typed: RwSignal<String>,
    /// The label of the button that shows the other kind.
    pub other: &'static str,
}

impl Factors {
    /// Creates two empty fields, or a field with a backup code that was typed before.
    pub fn new(typed: Option<SecretText>) -> Self {
        let is_backup = typed.is_some();
        let typed = typed.map(|typed| typed.expose().to_owned());
        Self {
            code: RwSignal::new(String::new()),
            backup: RwSignal::new(typed.unwrap_or_default()),
            by_backup: RwSignal::new(is_backup),
            turned: RwSignal::new(is_backup),
        }
    }

    /// The kind that is shown.
    pub fn shown(self) -> ShownFactor {
        if self.by_backup.get() {
            ShownFactor {
                lead: words::ENTER_A_BACKUP_CODE,
                label: words::BACKUP_CODE,
                kind: CodeKind::Backup,
                typed: self.backup,
                other: words::USE_AUTHENTICATOR,
            }
        } else {
            ShownFactor {
                lead: words::ENTER_A_CODE,
                label: words::SIX_DIGIT_CODE,
                kind: CodeKind::Digits,
                typed: self.code,
                other: words::USE_BACKUP_CODE,
            }
        }
    }

    /// Shows the other kind. A code that was typed into the wrong field moves along.
    pub fn toggle(self) {
        let (typed, _) = self.sides();
        let is_other = is_backup(&typed.read_untracked())
            .is_ok_and(|is_backup| is_backup != self.by_backup.get_untracked());
        if is_other {
            self.move_text();
        }
        self.turn();
    }

    /// The typed code. A code in the wrong field is accepted as its kind, and its own field is
    /// shown.
    ///
    /// # Errors
    /// The field to ask for, if it contains no code.
    pub fn read_input(self) -> Result<FactorInput, Field> {
        let (typed, _) = self.sides();
        let by_backup = self.by_backup.get_untracked();
        let typed = typed.get_untracked();
        let is_backup = is_backup(&typed).map_err(|error| match error {
            BackupCodeError::NoCode if !by_backup => Field::Code,
            error => error.into(),
        })?;
        if is_backup != by_backup {
            self.move_text();
            self.turn();
        }
        let text = SecretText::new(typed);
        Ok(if is_backup {
            FactorInput::BackupCode(text)
        } else {
            FactorInput::Code(text)
        })
    }

    /// The shown field, and the hidden one.
    fn sides(self) -> (RwSignal<String>, RwSignal<String>) {
        if self.by_backup.get_untracked() {
            (self.backup, self.code)
        } else {
            (self.code, self.backup)
        }
    }

    /// Moves the text of the shown field into the hidden one.
    fn move_text(self) {
        let (from, to) = self.sides();
        to.set(from.get_untracked());
        from.set(String::new());
    }

    fn turn(self) {
        self.turned.set(true);
        self.by_backup.update(|by_backup| *by_backup = !*by_backup);
    }
}

/// Whether a text is a backup code rather than a 6-digit one.
fn is_backup(typed: &str) -> Result<bool, BackupCodeError> {
    if typed.parse::<OneTimeCode>().is_ok() {
        return Ok(false);
    }
    typed.parse::<BackupCode>().map(|_| true)
}

/// Asks for one of the two factors.
#[component]
pub(crate) fn SecondFactorForm(
    /// The last refusal.
    refused: RwSignal<Option<AppError>>,
    /// Whether an attempt is being sent.
    busy: RwSignal<bool>,
    /// Submits the typed code.
    #[prop(into)]
    on_submit: Callback<FactorInput>,
    /// A backup code that was typed here before.
    #[prop(optional_no_strip)]
    typed: Option<SecretText>,
    /// A further button, which leaves without an attempt.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
) -> impl IntoView {
    let factors = Factors::new(typed);
    let submit = move || match factors.read_input() {
        Ok(given) => on_submit.run(given),
        Err(field) => refused.set(Some(AppError::Invalid { field })),
    };
    let toggle = move || {
        refused.set(None);
        factors.toggle();
    };
    let was_lost = StoredValue::new(false);
    boxed_view(move || {
        let factor = factors.shown();
        let autofocus = factors.turned.get_untracked();
        view! {
            <p class="lead">{factor.lead}</p>
            <CodeForm label=factor.label kind=factor.kind code=factor.typed refused busy on_submit=submit autofocus or_backup=was_lost>
                <Button label=factor.other kind=ButtonKind::Quiet on_press=toggle />
                {on_cancel.map(|on_cancel| view! { <Button label="Cancel" on_press=move || on_cancel.run(()) /> }.into_any())}
            </CodeForm>
        }
        .into_any()
    })
}
