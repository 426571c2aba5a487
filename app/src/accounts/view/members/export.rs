use leptos::prelude::*;

use super::filters::Filters;
use crate::{
    accounts::{api::export, csv::csv},
    shell::shell,
    ui::{Button, FormError, Glyph, download_csv, iso, pure::slug, today},
    words,
};

/// Saves the members that match as a file.
#[component]
pub(super) fn DownloadCsv(
    filters: Filters,
    /// The account's name.
    account: Memo<String>,
) -> impl IntoView {
    let shell = shell();
    let (pending, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let download = move || {
        failed.set(None);
        let request = export(filters.question.get_untracked());
        shell.call(pending, request, move |answer| {
            let said = match answer {
                Ok(members) => {
                    let name = account.try_get_untracked().unwrap_or_default();
                    let file_name = format!("members-{}-{}.csv", slug(&name), today());
                    let file = csv(&members, |at| iso(at.millis()));
                    let saved = download_csv(&file_name, &file);
                    saved.err().map(|_| words::NOT_SAVED.to_owned())
                }
                Err(error) => Some(words::refusal(&error)),
            };
            failed.try_set(said);
        });
    };
    view! {
        <Button label="Download CSV" icon=Glyph::Download pending pending_label="Preparing…" on_press=download />
        <FormError error=failed />
    }
}
