//! Asks a passkey or security key: its challenge, the button, and what came of it.

use std::{pin::Pin, time::Duration};

use domain::second_factor::methods::MethodType;
use leptos::{html, prelude::*, task::spawn_local};
use usecases::{
    secret_text::SecretText,
    session::{KeyAnswer, KeyOptions, MethodOption},
};

use crate::{
    api::mfa::accepted_keys,
    boot_protocol::key_fault,
    shell::{
        Load, shell,
        view::app_error_alert::{AppErrorAlert, in_words},
    },
    ui::{
        self, Alert, AlertKind, Button, ButtonKind, FormError, SubmitForm,
        boxed::{boxed_view, effect, later},
        browser::keys,
        paragraph,
    },
    wire::error::AppError,
    words,
};

/// A challenge is valid for five minutes. An unused one is renewed a minute before.
const RENEWED_AFTER: Duration = Duration::from_mins(4);
/// How often a challenge is renewed without a press, because each renewal is a use of the session.
const RENEWALS: u32 = 10;

/// A request for a challenge.
pub(crate) type ChallengeRequest = Pin<Box<dyn Future<Output = Result<KeyOptions, AppError>>>>;
/// Requests challenges.
pub(crate) type Challenges = Callback<(), ChallengeRequest>;

/// Creates what requests challenges.
pub(crate) fn challenges<F>(request: impl Fn() -> F + Send + Sync + 'static) -> Challenges
where
    F: Future<Output = Result<KeyOptions, AppError>> + 'static,
{
    Callback::new(move |()| -> ChallengeRequest { Box::pin(request()) })
}

/// What a page needs to ask a key. The challenge is there before the press, because some browsers
/// ask nothing after an answer of the server.
#[derive(Clone, Copy)]
pub(crate) struct KeyPrompt {
    /// Whether a new key is made.
    makes: bool,
    /// Says that the key did not answer.
    failure: &'static str,
    challenge: Load<KeyOptions>,
    /// The refusal of the server or of the browser.
    pub refused: RwSignal<Option<AppError>>,
    /// What came of the last question, if that is no refusal.
    notice: RwSignal<Option<&'static str>>,
    /// Whether the browser asks now.
    pub asking: RwSignal<bool>,
    /// What the answer is for, while the challenge is on its way.
    waits: StoredValue<Option<Callback<KeyAnswer>>>,
    /// Whether the challenge was answered, so that it is used up.
    is_used: StoredValue<bool>,
}

impl KeyPrompt {
    /// Requests a challenge, unless the call that led here has brought one.
    pub fn new(
        makes: bool,
        brought: Option<KeyOptions>,
        challenges: Challenges,
        refused: RwSignal<Option<AppError>>,
    ) -> Self {
        let failure = if makes {
            let methods = shell().session.methods();
            words::key_not_made(methods.iter().any(|method| is_key(method.method_type)))
        } else {
            words::KEY_NOT_USED
        };
        let prompt = Self {
            makes,
            failure,
            challenge: Load::with(brought, move || challenges.run(())),
            refused,
            notice: RwSignal::new(None),
            asking: RwSignal::new(false),
            waits: StoredValue::new(None),
            is_used: StoredValue::new(false),
        };
        prompt.follow();
        on_cleanup(keys::stop);
        prompt
    }

    /// Renews the challenge, and goes on when one arrives for which the user waits.
    fn follow(self) {
        let mut round = 0;
        let newest = StoredValue::new(0);
        effect(move || {
            let failed = self.challenge.failed.get();
            if let Some(options) = self.challenge.answer.get() {
                round += 1;
                newest.set_value(round);
                let this = round;
                let renew = move || {
                    if newest.try_get_value() != Some(this) {
                    } else if document().hidden() || this > RENEWALS {
                        self.challenge.answer.try_set(None);
                    } else {
                        self.challenge.again();
                    }
                };
                later(renew, RENEWED_AFTER);
                if let Some(done) = self.waits.try_update_value(Option::take).flatten() {
                    self.start(options, done);
                }
            } else if let Some(error) = failed {
                self.waits.set_value(None);
                self.asking.set(false);
                if error == AppError::NoMethod {
                    self.challenge.failed.set(None);
                    self.refused.set(Some(error));
                }
            }
        });
        effect(move || {
            if self.refused.read().is_some() {
                self.renew_if_used();
            }
        });
    }

    /// Requests another challenge if the last one was answered.
    pub fn renew_if_used(self) {
        if self.is_used.try_update_value(std::mem::take) == Some(true) {
            self.challenge.reload();
        }
    }

    /// Asks the key. `done` gets its answer.
    pub fn ask(self, done: Callback<KeyAnswer>) {
        if self.asking.get_untracked() {
            return;
        }
        self.notice.set(None);
        self.refused.set(None);
        self.asking.set(true);
        if let Some(options) = self.challenge.answer.get_untracked() {
            return self.start(options, done);
        }
        self.waits.set_value(Some(done));
        self.challenge.reload();
    }

    fn start(self, KeyOptions { options }: KeyOptions, done: Callback<KeyAnswer>) {
        spawn_local(async move {
            let said = keys::ask(options.expose(), self.makes).await;
            // The page may have been left meanwhile.
            if self.asking.try_set(false).is_some() {
                return;
            }
            match said {
                Ok(answer) => {
                    self.is_used.set_value(true);
                    let answer = SecretText::new(answer);
                    done.try_run(KeyAnswer { answer });
                }
                Err(fault) => self.explain(&fault),
            }
        });
    }

    fn explain(self, fault: &str) {
        match fault {
            key_fault::STOPPED => {}
            key_fault::KNOWN if self.makes => self.refused.set(Some(AppError::CredentialTaken)),
            key_fault::ADDRESS => self.refused.set(Some(AppError::NoKeysHere)),
            key_fault::UNSUPPORTED | key_fault::CONSTRAINT if self.makes => {
                self.notice.set(Some(words::KEY_UNSUITED));
            }
            _ => self.notice.set(Some(self.failure)),
        }
    }
}

/// What came of the last question to the key if that is no refusal, and of the request for its
/// challenge.
pub(crate) fn key_result(prompt: KeyPrompt) -> AnyView {
    let failed = in_words(prompt.challenge.failed);
    view! {
        <FormError error=failed retry=move || prompt.challenge.reload() />
        {boxed_view(move || prompt.notice.get().map(|notice| view! { <Alert kind=AlertKind::Info>{paragraph(notice)}</Alert> }.into_any()).into_any())}
    }
    .into_any()
}

/// The button that asks a key, and what came of it.
#[component]
pub(crate) fn KeyForm(
    /// What the user does.
    #[prop(into)]
    lead: String,
    /// The button's label.
    label: &'static str,
    /// The question.
    prompt: KeyPrompt,
    /// Whether an answer is being sent.
    busy: RwSignal<bool>,
    /// Sends the answer of the key.
    #[prop(into)]
    on_answer: Callback<KeyAnswer>,
    /// Whether the button takes the focus, because it replaces another form of the page.
    #[prop(optional)]
    autofocus: bool,
    /// Further buttons, which can be pressed while the browser asks.
    children: Children,
) -> impl IntoView {
    let press = move || prompt.ask(on_answer);
    let busy = Signal::derive(move || busy.get() || prompt.asking.get());
    let button = NodeRef::<html::Button>::new();
    button.on_load(move |button| {
        if autofocus {
            let _ = button.focus();
        }
    });
    view! {
        {ui::lead(lead)}
        <SubmitForm on_submit=press busy>
            <AppErrorAlert refused=prompt.refused retry=press />
            {key_result(prompt)}
            <div class="actions">
                <Button label kind=ButtonKind::Primary submit=true busy busy_label=words::ASKING_KEY button_ref=button />
                {children()}
            </div>
        </SubmitForm>
    }
}

/// The form that asks one of the user's keys.
#[component]
pub(crate) fn UseKey(
    /// The key.
    method: MethodOption,
    /// Requests its challenges.
    challenges: Challenges,
    /// The last refusal.
    refused: RwSignal<Option<AppError>>,
    /// Whether an answer is being sent.
    busy: RwSignal<bool>,
    /// Sends the answer of the key.
    #[prop(into)]
    on_answer: Callback<KeyAnswer>,
    /// Whether the button takes the focus.
    #[prop(optional)]
    autofocus: bool,
    /// Further buttons.
    children: Children,
) -> impl IntoView {
    let prompt = KeyPrompt::new(false, None, challenges, refused);
    let MethodOption {
        name,
        method_type: kind,
        ..
    } = method;
    let lead = words::ask_key(kind, &name);
    view! { <KeyForm lead label=words::use_key(kind) prompt busy on_answer autofocus children /> }
}

/// Whether a method is a key.
pub(crate) const fn is_key(kind: MethodType) -> bool {
    kind.key_kind().is_some()
}

/// Tells the browser which keys the server accepts, so that it offers no others. Nothing depends on
/// it, so failures are not shown.
pub(crate) fn tell_browser() {
    if keys::trouble().is_none() {
        spawn_local(async {
            if let Ok(Some(accepted)) = accepted_keys().await {
                keys::signal(accepted.credentials.expose(), accepted.user.expose());
            }
        });
    }
}
