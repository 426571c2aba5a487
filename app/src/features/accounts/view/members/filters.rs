use std::time::Duration;

use domain::{ids::AccountId, members::MemberState};
use leptos::{html, leptos_dom::helpers::debounce, prelude::*};
use usecases::accounts::{MemberList, MemberListRequest};

use crate::{
    features::accounts::state::last_page,
    shell::Load,
    ui::{
        Select, TextField,
        boxed::{effect, memo},
    },
    words,
};

/// How long the user must have stopped typing before the search starts.
const TYPED: Duration = Duration::from_millis(250);

/// The requested members, and the fields that select them.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    wanted: RwSignal<MemberListRequest>,
    /// The requested members, which notifies only if they change.
    pub question: Memo<MemberListRequest>,
    typed: RwSignal<String>,
    chosen: RwSignal<String>,
    search: NodeRef<html::Input>,
}

impl Filters {
    /// Creates the fields with the search and state stored in this history entry before a reload or
    /// Back, or for all members.
    pub fn new(account: AccountId) -> Self {
        let (state, search) = load_filters(&account).unwrap_or_default();
        let typed = RwSignal::new(search.clone());
        let chosen = RwSignal::new(state.map_or("", MemberState::code).to_owned());
        let wanted = RwSignal::new(MemberListRequest {
            account,
            search,
            state,
            page: 0,
        });
        let mut search = debounce(TYPED, move |text: String| {
            wanted.update(|wanted| wanted.search(&text));
        });
        let mut is_first = true;
        effect(move || {
            let text = typed.get();
            if !is_first {
                search(text);
            }
            is_first = false;
        });
        effect(move || {
            let state = chosen.read().parse().ok();
            wanted.update(|wanted| wanted.filter(state));
        });
        let question = memo(move || wanted.get());
        let mut is_first = true;
        effect(move || {
            let wanted = question.read();
            if !is_first {
                store_filters(&wanted);
            }
            is_first = false;
        });
        Self {
            wanted,
            question,
            typed,
            chosen,
            search: NodeRef::new(),
        }
    }

    /// Whether the last request had a search or a filter.
    pub fn is_narrowed(self) -> bool {
        self.question.read_untracked().is_narrowed()
    }

    /// Shows all members. Moves the focus to the search, because the pressed button disappears.
    pub fn clear(self) {
        self.typed.set(String::new());
        self.chosen.set(String::new());
        self.wanted.update(|wanted| wanted.search(""));
        if let Some(search) = self.search.get_untracked() {
            let _ = search.focus();
        }
    }

    /// Shows another page.
    pub fn turn(self, page: u32) {
        self.wanted.update(|wanted| wanted.page = page);
    }

    /// Goes back to the last page if there are fewer pages than before.
    pub fn stay_within(self, load: Load<MemberList>) {
        effect(move || {
            let answer = load.answer.read();
            let Some(shown) = answer.as_ref() else { return };
            let last = last_page(shown.matching);
            if self.question.read_untracked().page > last {
                self.turn(last);
            }
        });
    }
}

/// Stores search and state in this history entry instead of the URL. Nothing is sent to the server
/// for this.
fn store_filters(wanted: &MemberListRequest) {
    let state = wanted.state.map_or("", MemberState::code);
    let entry = [wanted.account.as_str(), state, &wanted.search].join("\n");
    if let Ok(history) = window().history() {
        let _ = history.replace_state(&entry.into(), "");
    }
}

/// The state and the search stored for this account.
fn load_filters(account: &AccountId) -> Option<(Option<MemberState>, String)> {
    let entry = window().history().ok()?.state().ok()?.as_string()?;
    let (of, entry) = entry.split_once('\n')?;
    let (state, search) = entry.split_once('\n')?;
    (of == account.as_str()).then(|| (state.parse().ok(), search.to_owned()))
}

/// The fields.
#[component]
pub(super) fn FilterFields(filters: Filters) -> impl IntoView {
    let states = MemberState::ALL.map(|state| (state.code().to_owned(), state.label().to_owned()));
    let all = (String::new(), "All".to_owned());
    let options = std::iter::once(all).chain(states).collect();
    view! {
        <div class="filters" role="search">
            <TextField label="Search" name="search" kind="search" value=filters.typed hint=words::BY_NAME_OR_EMAIL input_ref=filters.search />
            <Select label="MFA" name="state" value=filters.chosen options />
        </div>
    }
}
