use leptos::prelude::*;

use super::{frame::Specimen, some, typed};
use crate::ui::{Button, ButtonKind, PasswordField, Select, SubmitForm, TextField, text_content};

const LONG: &str =
    "An account whose name is as long as a name may ever become, and then some more of it";
const RULE: &str = "At least 15 characters";

pub(super) fn specimens() -> AnyView {
    view! { <Texts /> <Passwords /> <Selects /> <Form /> }.into_any()
}

#[component]
fn Texts() -> impl IntoView {
    view! {
        <Specimen state="Text, empty"><TextField label="Account name" name="empty" value=typed("") /></Specimen>
        <Specimen state="Text, with help">
            <TextField label="Account name" name="help" value=typed("Example Ltd") hint="As your customers know it." />
        </Specimen>
        <Specimen state="Text, refused">
            <TextField label="Email" name="refused" kind="email" value=typed("ada@") error=some("Enter an address such as name@example.com.") />
        </Specimen>
        <Specimen state="Text, refused, with help">
            <TextField label="Account name" name="both" value=typed("") hint="As your customers know it." error=some("Enter a name.") />
        </Specimen>
        <Specimen state="Text, long">
            <TextField label="Account name" name="long" value=typed(LONG) hint=LONG error=some(LONG) />
        </Specimen>
    }
}

#[component]
fn Passwords() -> impl IntoView {
    view! {
        <Specimen state="Password"><PasswordField label="Password" value=typed("correct horse battery") /></Specimen>
        <Specimen state="Password, rule not met yet">
            <PasswordField label="New password" name="short" autocomplete="new-password" value=typed("short") hint=RULE />
        </Specimen>
        <Specimen state="Password, rule met">
            <PasswordField label="New password" name="met" autocomplete="new-password" value=typed("correct horse battery") hint=RULE met=true />
        </Specimen>
        <Specimen state="Password, refused">
            <PasswordField label="Password" name="wrong" value=typed("wrong") error=some("This is not your password.") />
        </Specimen>
    }
}

#[component]
fn Selects() -> impl IntoView {
    let options = || {
        let option = |value: &str, words: &str| (value.to_owned(), words.to_owned());
        vec![
            option("app", "Authenticator application"),
            option("none", LONG),
        ]
    };
    view! {
        <Specimen state="Select"><Select label="Select method" name="plain" value=typed("app") options=options() /></Specimen>
        <Specimen state="Select, refused, with help">
            <Select label="Select method" name="method" value=typed("none") options=options() hint="You can change it later." error=some("Choose a method.") />
        </Specimen>
    }
}

#[component]
fn Form() -> impl IntoView {
    let sent = RwSignal::new(0);
    view! {
        <Specimen state="A form: Enter in the field and the button submit it once each">
            <SubmitForm on_submit=move || sent.update(|sent| *sent += 1)>
                <TextField label="Your name" name="name" value=typed("Ada Owner") />
                <div class="actions">
                    <Button label="Create" kind=ButtonKind::Primary submit=true />
                    <span class="muted" use:text_content=Signal::derive(move || format!("Submitted {} times", sent.get()))></span>
                </div>
            </SubmitForm>
        </Specimen>
    }
}
