use leptos::prelude::*;
use usecases::session::ApplicationLink;

use crate::{
    shell::shell,
    ui::{boxed::boxed_view, paragraph_of, section_heading},
    words::{self, named},
};

/// The applications that the user may open. Shows nothing if there is none.
#[component]
pub(crate) fn Applications() -> impl IntoView {
    let shell = shell();
    boxed_view(move || {
        let known = shell.session.known.read();
        let all = known.viewer().map(|viewer| &*viewer.applications);
        let rows: Vec<_> = all.unwrap_or_default().iter().map(row).collect();
        if rows.is_empty() {
            return ().into_any();
        }
        view! {
            <section class="card" aria-labelledby="applications">
                {section_heading("applications", words::APPLICATIONS)}
                <ul class="applications" role="list">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn row(ApplicationLink { name, origin }: &ApplicationLink) -> AnyView {
    let host = origin.split_once("://").map_or(&**origin, |(_, host)| host);
    let name_and_host = vec![
        paragraph_of("application__name", named(name).into()),
        paragraph_of("application__host", named(host).into()),
    ];
    view! {
        <li class="application">
            <div class="application__text">{name_and_host}</div>
            <a
                class="button button--secondary"
                href=origin.clone()
                aria-label=words::open_application(name)
            >
                "Open"
            </a>
        </li>
    }
    .into_any()
}
