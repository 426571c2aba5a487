use domain::people::{
    email as address,
    names::{AccountName, PersonName},
};
use leptos::prelude::*;

use usecases::{
    secret_text::SecretText,
    session::{FirstOwnerForm, Link},
};

use super::{DeadLink, NewPasswordField, password_error};

use crate::{
    api::session::{check_setup_link, create_first_owner},
    routes::Page,
    shell::{Load, navigator, shell, view::app_error_alert::AppErrorAlert},
    ui::{
        FocusHeading, SubmitForm, TextField, ask_before_unload, boxed::boxed_view,
        focus_first_invalid, lead, submit_button,
    },
    wire::error::AppError,
    words,
};

/// `/setup`: the first account and its Owner.
#[component]
pub(crate) fn FirstStart() -> impl IntoView {
    let kept = StoredValue::new(shell().handover.link_token());
    let load = Load::now(move || {
        check_setup_link(Link {
            token: kept.get_value(),
        })
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::CREATE_FIRST_OWNER />
            {boxed_view(move || match load.result() {
                Some(Ok(())) => view! { <OwnerForm token=kept.get_value() /> }.into_any(),
                Some(Err(AppError::LinkDead)) => view! { <DeadLink token=kept.get_value() /> }.into_any(),
                _ => load.without_answer(5),
            })}
        </div>
    }
}

#[component]
fn OwnerForm(token: SecretText) -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let token = StoredValue::new(token);
    let field = || (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let (
        (account, account_error),
        (name, name_error),
        (email, email_error),
        (password, at_password),
    ) = (field(), field(), field(), field());
    ask_before_unload(Box::new(move || {
        let fields = [account, name, email, password];
        fields
            .iter()
            .any(|typed| !typed.read_untracked().is_empty())
    }));
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let submit = move || {
        refused.set(None);
        let of_account = account.read_untracked().parse::<AccountName>();
        account_error.set(of_account.err().map(words::name_refused));
        let of_person = name.read_untracked().parse::<PersonName>();
        name_error.set(of_person.err().map(words::name_refused));
        let of_email = address::check_new(&email.read_untracked());
        email_error.set(of_email.err().map(words::email_refused));
        at_password.set(password_error(&password.read_untracked()));
        if [account_error, name_error, email_error, at_password]
            .iter()
            .any(|error| error.read_untracked().is_some())
        {
            return focus_first_invalid();
        }
        let request = FirstOwnerForm {
            token: token.get_value(),
            account: account.get_untracked(),
            name: name.get_untracked(),
            email: email.get_untracked(),
            password: SecretText::new(password.get_untracked()),
        };
        shell.call(
            busy,
            create_first_owner(request),
            move |answer| match answer {
                Ok(viewer) => {
                    shell.handover.link.set_value(None);
                    shell.set_viewer(Some(viewer));
                    navigator.replace(&Page::Home);
                }
                Err(error @ AppError::WeakPassword { .. }) => {
                    at_password.try_set(Some(words::refusal(&error)));
                    focus_first_invalid();
                }
                Err(error) => {
                    refused.try_set(Some(error));
                }
            },
        );
    };
    view! {
        {lead(words::FIRST_OWNER_EFFECT)}
        <div class="card">
            <SubmitForm on_submit=submit busy>
                <AppErrorAlert refused retry=submit />
                <TextField label=words::ACCOUNT_NAME name="account" autocomplete="organization" value=account error=account_error />
                <TextField label=words::YOUR_NAME name="name" autocomplete="name" value=name error=name_error />
                <TextField label="Email" name="email" kind="email" autocomplete="username" value=email error=email_error />
                <NewPasswordField label="Password" value=password error=at_password />
                <div class="actions">
                    {submit_button("Create", "Creating…", busy)}
                </div>
            </SubmitForm>
        </div>
    }
}
