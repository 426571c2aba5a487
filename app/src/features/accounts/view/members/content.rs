use leptos::prelude::*;
use leptos_router::components::A;

use usecases::accounts::MemberList;

use super::{
    export::DownloadCsv,
    filters::{FilterFields, Filters},
    paging::Paging,
    reset::{ResetDialog, Resets},
    table::MembersTable,
};
use crate::{
    shell::{Load, view::app_error_alert::AppErrorAlert},
    ui::{
        ButtonKind, FocusHeading,
        boxed::{boxed_view, memo},
        button, text_content,
    },
    words::{self, named},
};

/// The members. The elements around their table stay while newer rows load.
#[component]
pub(super) fn Content(load: Load<MemberList>, filters: Filters) -> impl IntoView {
    let resets = Resets::new(filters);
    let name = memo(move || {
        let shown = load.answer.read();
        shown
            .as_ref()
            .map(|shown| shown.account.clone())
            .unwrap_or_default()
    });
    let requires_mfa = memo(move || {
        load.answer
            .read()
            .as_ref()
            .is_some_and(|shown| shown.requires_mfa)
    });
    let matching = memo(move || {
        load.answer
            .read()
            .as_ref()
            .map_or(0, |shown| shown.matching)
    });
    let nobody = memo(move || matching.get() == 0);
    let found = Signal::derive(move || {
        load.answer.track();
        words::members_found(matching.get(), filters.is_narrowed())
    });
    let heading = Signal::derive(move || named(&name.read()));
    let rule = Signal::derive(move || words::rule(requires_mfa.get()).to_owned());
    view! {
        <div class="page--wide">
            <FocusHeading label=heading />
            <p class="lead"><span use:text_content=rule></span> " " <A href="/accounts">{words::ALL_ACCOUNTS}</A></p>
            <AppErrorAlert may_repeat=true refused=load.failed retry=move || load.retry() />
            <AppErrorAlert may_repeat=true refused=resets.failed retry=move || resets.retry() />
            <div class="card stack members">
                <FilterFields filters />
                <div class="members__found">
                    <p aria-live="polite" use:text_content=found></p>
                    <DownloadCsv filters account=name />
                </div>
                {boxed_view(move || if nobody.get() {
                    button("Clear", ButtonKind::Secondary, move || filters.clear())
                } else {
                    view! { <MembersTable load resets /> }.into_any()
                })}
                <Paging filters matching />
            </div>
            <ResetDialog resets />
        </div>
    }
}
