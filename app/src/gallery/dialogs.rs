use leptos::prelude::*;

use super::frame::Specimen;
use crate::ui::{Button, ButtonKind, Dialog, Disclosure};

pub(super) fn specimens() -> AnyView {
    let folded = "Sign in with a backup code. If you have none left, an Owner can reset your MFA.";
    view! {
        <Specimen state="Dialog"><Question /></Specimen>
        <Specimen state="Disclosure, closed"><Disclosure label="Lost your device?"><p>{folded}</p></Disclosure></Specimen>
        <Specimen state="Disclosure, open">
            <Disclosure label="Can't scan the code?" open=RwSignal::new(true)><p>{folded}</p></Disclosure>
        </Specimen>
    }
    .into_any()
}

#[component]
fn Question() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <Button label="Delete" on_press=move || open.set(true) />
        <Dialog open label="Delete this authenticator?">
            <p>"Its codes and your backup codes stop working. Example Ltd requires MFA: you set it up again at once."</p>
            <div class="actions actions--end">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Delete" kind=ButtonKind::Danger on_press=move || open.set(false) />
            </div>
        </Dialog>
    }
}
