use leptos::prelude::*;

use super::{
    frame::{Specimen, unique},
    some, typed,
};
use crate::ui::{CodeField, CodeKind, CodeList, CopyButton, KeyGroups, QrCode};

/// A QR code of 21 × 21 modules, which contains `TWINLOCK GALLERY`.
const QR_CODE: &str = include_str!("qr-code.txt");
/// The key of RFC 6238's examples.
const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

pub(super) fn specimens() -> AnyView {
    view! { <Fields /> <Lists /> }.into_any()
}

#[component]
fn Fields() -> impl IntoView {
    view! {
        <Specimen state="6-digit code, empty"><CodeField label="6-digit code" value=typed("") /></Specimen>
        <Specimen state="6-digit code, typed, with help">
            <CodeField label="6-digit code" value=typed("123 456") hint="Your app shows a new one every 30 seconds." />
        </Specimen>
        <Specimen state="6-digit code, refused">
            <CodeField label="6-digit code" value=typed("123456") error=some("This code is wrong. Enter the one your app shows now.") />
        </Specimen>
        <Specimen state="Backup code">
            <CodeField label="Backup code" kind=CodeKind::Backup value=typed("7K40-M0ZQ-X9ET-BCDW") hint="16 characters, with or without dashes." />
        </Specimen>
        <Specimen state="Backup code, refused">
            <CodeField label="Backup code" kind=CodeKind::Backup value=typed("7K40-M0ZQ") error=some("This code is not complete.") />
        </Specimen>
    }
}

#[component]
fn Lists() -> impl IntoView {
    let (codes, key) = (unique("codes"), unique("key"));
    let ten: Vec<String> = (0..10).map(|n| format!("7K4{n}-M0ZQ-X9ET-BCDW")).collect();
    let text = ten.join("\n");
    view! {
        <Specimen state="Backup codes, with a copy button">
            <div class="stack">
                <CodeList label="Backup codes" id=codes.clone() codes=ten />
                <div class="actions"><CopyButton label="Copy" text source=codes /></div>
            </div>
        </Specimen>
        <Specimen state="Key, with a copy button">
            <div class="stack">
                <KeyGroups id=key.clone() value=KEY />
                <div class="actions"><CopyButton label="Copy key" text=KEY source=key /></div>
            </div>
        </Specimen>
        <Specimen state="QR code"><QrCode path=QR_CODE size=21u32 label="QR code for ada@example.com" /></Specimen>
    }
}
