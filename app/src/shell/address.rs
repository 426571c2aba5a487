//! The address that the operator set for the pages, beside the one where this page was opened.

use leptos::prelude::*;

use crate::{ui::browser::boot::meta, wire::error::AppError};

/// The address that was set, if this page was opened at another one.
fn elsewhere() -> Option<String> {
    let set = meta("public-url");
    let here = window().location().origin().unwrap_or_default();
    (!set.is_empty() && set != here).then_some(set)
}

/// Whether this page was opened without the TLS that its address has.
pub(crate) fn is_without_tls() -> bool {
    let protocol = window().location().protocol().unwrap_or_default();
    meta("public-url").starts_with("https:") && protocol == "http:"
}

/// The way to the right address, under a refusal that the wrong one may have brought about.
#[component]
pub(crate) fn RightAddress(error: AppError) -> impl IntoView {
    let may_help = matches!(error, AppError::ForeignRequest | AppError::NoCookie);
    let address = may_help.then(elsewhere).flatten();
    address.map(|address| {
        let link = address.clone() + "/";
        view! { <p>"The address of this page is " <a href=link>{address}</a> "."</p> }.into_any()
    })
}
