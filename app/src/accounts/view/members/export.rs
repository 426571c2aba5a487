use leptos::prelude::*;

use super::filters::Filters;
use crate::{
    accounts::{api::export, csv::csv},
    shell::shell,
    ui::{Button, FormError, Glyph, download_csv, iso, pure::slug, today, written},
    words,
};

/// Hands the members that match to the browser as a file.
#[component]
pub(super) fn DownloadCsv(
    filters: Filters,
    /// The account's name.
    account: Memo<String>,
) -> impl IntoView {
    let shell = shell();
    let (pending, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let handed = RwSignal::new(String::new());
    let download = move || {
        failed.set(None);
        handed.set(String::new());
        let request = export(filters.question.get_untracked());
        shell.call(pending, request, move |answer| {
            let said = match answer {
                Ok(members) => {
                    let name = account.try_get_untracked().unwrap_or_default();
                    let file_name = format!("members-{}-{}.csv", slug(&name), today());
                    let file = csv(&members, |at| iso(at.millis()));
                    match download_csv(&file_name, &file) {
                        Ok(()) => {
                            handed.try_set(words::CSV_HANDED_OVER.to_owned());
                            None
                        }
                        Err(_) => Some(words::CSV_REFUSED.to_owned()),
                    }
                }
                Err(error) => Some(words::refusal(&error)),
            };
            failed.try_set(said);
        });
    };
    view! {
        <Button label="Download CSV" icon=Glyph::Download pending pending_label="Preparing…" on_press=download />
        <p class="handed" role="status" use:written=handed.into()></p>
        <FormError error=failed />
    }
}
