use leptos::prelude::*;

use super::filters::Filters;
use crate::{
    api::accounts::export,
    features::accounts::csv::csv,
    shell::shell,
    ui::{Button, FormError, Glyph, download_csv, iso, text::format::slug, text_content, today},
    wire::error::AppError,
    words,
};

/// Downloads the matching members as a CSV file.
#[component]
pub(super) fn DownloadCsv(
    filters: Filters,
    /// The account's name.
    account: Memo<String>,
) -> impl IntoView {
    let shell = shell();
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<AppError>));
    let not_taken = RwSignal::new(false);
    shell.forget_once_back(failed);
    let handed = RwSignal::new(String::new());
    let download = move || {
        failed.set(None);
        not_taken.set(false);
        handed.set(String::new());
        let request = export(filters.question.get_untracked());
        shell.call(busy, request, move |answer| match answer {
            Ok(members) => {
                let name = account.try_get_untracked().unwrap_or_default();
                let file_name = format!("members-{}-{}.csv", slug(&name), today());
                let file = csv(&members, |at| iso(at.millis()));
                match download_csv(&file_name, &file) {
                    Ok(()) => {
                        handed.try_set(words::CSV_HANDED_OVER.to_owned());
                    }
                    Err(_) => drop(not_taken.try_set(true)),
                }
            }
            Err(error) => drop(failed.try_set(Some(error))),
        });
    };
    let said = move || {
        let refused = failed.get().map(|error| words::refusal(&error));
        refused.or_else(|| not_taken.get().then(|| words::CSV_REFUSED.to_owned()))
    };
    view! {
        <Button label=words::DOWNLOAD_CSV icon=Glyph::Download busy busy_label="Preparing…" on_press=download />
        <p class="handed" role="status" use:text_content=handed.into()></p>
        <FormError error=Signal::derive(said) />
    }
}
