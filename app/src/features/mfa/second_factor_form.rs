//! The form that verifies an identity by either factor, in the sign-in and before an action.

use domain::{
    ids::MethodId,
    second_factor::{
        backup_code::{BackupCode, BackupCodeError},
        one_time_code::OneTimeCode,
    },
};
use leptos::prelude::*;
use usecases::{
    secret_text::SecretText,
    session::{Code, KeyAnswer, MethodOption},
};

use crate::{
    features::mfa::{
        code_form::CodeForm,
        key_prompt::{Challenges, UseKey, is_key},
    },
    shell::{address::key_trouble, shell},
    ui::{
        Button, ButtonKind, CodeKind, boxed::boxed_view, button, lead, paragraph, section_heading,
    },
    wire::error::{AppError, Field},
    words,
};

/// What verifies the user.
pub(crate) enum FactorInput {
    /// A 6-digit code, with its method.
    Code(Code),
    /// A backup code, for users who lost their device.
    BackupCode(SecretText),
    /// The answer of a key.
    Key(KeyAnswer),
}

/// The ways to verify the user, and which one is shown: a code or key of one of their methods, or a
/// backup code. The hidden fields keep their text.
#[derive(Clone, Copy)]
pub(crate) struct Factors {
    /// The user's methods that work in this page, the default first.
    methods: StoredValue<Vec<MethodOption>>,
    /// Says that the default method does not work in this page.
    unusable: StoredValue<Option<String>>,
    /// The index of the method that is asked for.
    method: RwSignal<usize>,
    code: RwSignal<String>,
    backup: RwSignal<String>,
    by_backup: RwSignal<bool>,
    /// Whether the shown field has replaced the other one.
    pub turned: RwSignal<bool>,
}

/// The texts of one kind, and its field.
pub(crate) struct ShownFactor {
    /// The request to the user.
    pub lead: String,
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
    /// Creates two empty fields, or a field with a backup code that was typed before. Asks for the
    /// method `avoided` only if there is no other one.
    pub fn new(typed: Option<SecretText>, avoided: Option<MethodId>) -> Self {
        let mut methods = shell().session.methods();
        let mut unusable = None;
        if methods.iter().any(|method| is_key(method.method_type))
            && let Some(trouble) = key_trouble()
        {
            let default = methods
                .first()
                .filter(|default| is_key(default.method_type));
            unusable = default.map(|default| words::default_unusable(&default.name, &trouble));
            methods.retain(|method| !is_key(method.method_type));
        }
        let is_backup = typed.is_some() || unusable.is_some() && methods.is_empty();
        let typed = typed.map(|typed| typed.expose().to_owned());
        let first = methods
            .iter()
            .position(move |method| Some(&method.id) != avoided.as_ref());
        Self {
            methods: StoredValue::new(methods),
            unusable: StoredValue::new(unusable),
            method: RwSignal::new(first.unwrap_or_default()),
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
                lead: words::ENTER_A_BACKUP_CODE.to_owned(),
                label: words::BACKUP_CODE,
                kind: CodeKind::Backup,
                typed: self.backup,
                other: words::USE_AUTHENTICATOR,
            }
        } else {
            ShownFactor {
                lead: self.lead(),
                label: words::SIX_DIGIT_CODE,
                kind: CodeKind::Digits,
                typed: self.code,
                other: words::USE_BACKUP_CODE,
            }
        }
    }

    /// Whether there are other ways than the authenticator application and backup codes.
    pub fn are_several(self) -> bool {
        let has_keys =
            |methods: &Vec<MethodOption>| methods.iter().any(|it| is_key(it.method_type));
        self.unusable.with_value(Option::is_some)
            || self
                .methods
                .with_value(|methods| methods.len() > 1 || has_keys(methods))
    }

    /// The key that is asked for; none if a code is.
    pub fn shown_key(self) -> Option<MethodOption> {
        if self.by_backup.get() {
            return None;
        }
        let method = self.method.get();
        let method = self
            .methods
            .with_value(|methods| methods.get(method).cloned());
        method.filter(|method| is_key(method.method_type))
    }

    /// Says that the default method does not work in this page, where it would be asked for.
    pub fn unusable(self) -> Option<AnyView> {
        let said = self.unusable.get_value();
        said.map(paragraph)
    }

    fn lead(self) -> String {
        if !self.are_several() {
            return words::ENTER_A_CODE.to_owned();
        }
        let method = self.method.get();
        self.methods.with_value(|methods| {
            let name = methods.get(method).map(|method| method.name.as_str());
            name.map_or_else(String::new, words::enter_a_code_of)
        })
    }

    /// Asks for a code of this method. Another method has another code, so the typed one is
    /// cleared.
    fn ask_for(self, method: usize) {
        if self.method.get_untracked() != method {
            self.code.set(String::new());
        }
        self.method.set(method);
        self.turned.set(true);
        self.by_backup.set(false);
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
        let code = SecretText::new(typed);
        let method = self.method.get_untracked();
        let by = self.methods.with_value(|methods| {
            let method = methods.get(method);
            method.map(|method| method.id.clone())
        });
        Ok(if is_backup {
            FactorInput::BackupCode(code)
        } else {
            FactorInput::Code(Code { code, by })
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

/// Asks for one of the ways to verify the user.
#[component]
pub(crate) fn SecondFactorForm(
    /// Requests challenges for a key.
    challenges: Challenges,
    /// The last refusal.
    refused: RwSignal<Option<AppError>>,
    /// Whether an attempt is being sent.
    busy: RwSignal<bool>,
    /// Submits the code, or the answer of a key.
    #[prop(into)]
    on_submit: Callback<FactorInput>,
    /// A backup code that was typed here before.
    #[prop(optional_no_strip)]
    typed: Option<SecretText>,
    /// The method that is to be reset or deleted, which the user may not have any more.
    #[prop(optional_no_strip)]
    avoided: Option<MethodId>,
    /// A further button, which leaves without an attempt.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
) -> impl IntoView {
    let factors = Factors::new(typed, avoided);
    let submit = move || match factors.read_input() {
        Ok(given) => on_submit.run(given),
        Err(field) => refused.set(Some(AppError::Invalid { field })),
    };
    let toggle = move || {
        refused.set(None);
        factors.toggle();
    };
    let was_lost = StoredValue::new(false);
    let forget = move || refused.set(None);
    let answered = move |answer| on_submit.run(FactorInput::Key(answer));
    let cancel = move || {
        on_cancel
            .map(|on_cancel| button("Cancel", ButtonKind::Secondary, move || on_cancel.run(())))
    };
    boxed_view(move || {
        let autofocus = factors.turned.get_untracked();
        let is_one = !factors.are_several();
        let form = if let Some(method) = factors.shown_key() {
            view! { <UseKey method challenges refused busy on_answer=answered autofocus>{cancel()}</UseKey> }.into_any()
        } else {
            let factor = factors.shown();
            view! {
                {factors.unusable()}
                {lead(factor.lead)}
                <CodeForm label=factor.label kind=factor.kind code=factor.typed refused busy on_submit=submit autofocus or_backup=was_lost>
                    {is_one.then(|| button(factor.other, ButtonKind::Quiet, toggle))}
                    {cancel()}
                </CodeForm>
            }
            .into_any()
        };
        view! {
            {form}
            {(!is_one).then(|| view! { <OtherWays factors on_turn=forget /> }.into_any())}
        }
        .into_any()
    })
}

/// `Try another way`: the other methods by name, with their type where the name does not say it,
/// and, last, a backup code.
#[component]
pub(crate) fn OtherWays(
    /// What the form asks for.
    factors: Factors,
    /// Forgets the refusal of what was asked for before.
    #[prop(into)]
    on_turn: Callback<()>,
) -> impl IntoView {
    boxed_view(move || {
        let by_backup = factors.by_backup.get();
        let shown = (!by_backup).then(|| factors.method.get());
        let mut buttons = Vec::new();
        for (index, method) in factors.methods.get_value().into_iter().enumerate() {
            if Some(index) == shown {
                continue;
            }
            let kind = words::method_type(method.method_type);
            let kind = if method.name.starts_with(kind) {
                ""
            } else {
                kind
            };
            let id = format!("way-{index}");
            let ask = move || {
                on_turn.run(());
                factors.ask_for(index);
            };
            let way = view! {
                <div class="way">
                    <Button label=words::named(&method.name) described_by=id.clone() on_press=ask />
                    <span class="way__type" id=id>{kind}</span>
                </div>
            };
            buttons.push(way.into_any());
        }
        let backup = move || {
            on_turn.run(());
            factors.toggle();
        };
        // Without a key and another method only the shown backup code is left.
        if by_backup && buttons.is_empty() {
            return ().into_any();
        }
        view! {
            <div class="ways">
                {section_heading("other-ways", words::TRY_ANOTHER_WAY)}
                <div class="actions">
                    {buttons}
                    {(!by_backup).then(|| button(words::USE_BACKUP_CODE, ButtonKind::Secondary, backup))}
                </div>
            </div>
        }
        .into_any()
    })
}
