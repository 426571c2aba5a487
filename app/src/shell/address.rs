//! The URL that the operator configured for the pages, and the URL at which this page was opened.

use leptos::prelude::*;

use crate::{
    boot_protocol,
    ui::browser::{boot::meta, keys},
    wire::error::AppError,
    words::{self, KeyTrouble},
};

/// The configured URL, if this page was opened at another one.
fn elsewhere() -> Option<String> {
    let set = meta(boot_protocol::meta::PUBLIC_URL);
    let here = window().location().origin().unwrap_or_default();
    (!set.is_empty() && set != here).then_some(set)
}

/// Why no key works in this page, and where they do, if the page knows.
pub(crate) fn key_trouble() -> Option<String> {
    let trouble = keys::trouble()?;
    let here = window().location().origin().unwrap_or_default();
    let local = here.strip_prefix("http://127.0.0.1");
    let local = local.map(|port| format!("http://localhost{port}"));
    let set = Some(meta(boot_protocol::meta::PUBLIC_URL)).filter(|set| !set.is_empty());
    let right = set.or(local).filter(|right| {
        trouble == KeyTrouble::Address && *right != here && words::may_have_keys(right)
    });
    Some(words::key_trouble(trouble, right.as_deref()))
}

/// Whether this page was opened without TLS although its configured URL has it.
pub(crate) fn is_without_tls() -> bool {
    let protocol = window().location().protocol().unwrap_or_default();
    meta(boot_protocol::meta::PUBLIC_URL).starts_with("https:") && protocol == "http:"
}

/// A link to the configured URL, below a refusal that the wrong URL may have caused.
#[component]
pub(crate) fn RightAddress(error: AppError) -> impl IntoView {
    let may_help = matches!(
        error,
        AppError::ForeignRequest | AppError::NoCookie | AppError::NoKeysHere
    );
    let address = may_help.then(elsewhere).flatten();
    address.map(|address| {
        let link = address.clone() + "/";
        view! { <p>{words::ADDRESS_OF_THIS_PAGE} <a href=link>{address}</a> "."</p> }.into_any()
    })
}
