use std::time::Duration;

use domain::{ids::AccountId, members::MemberState};
use js_sys::Array;
use leptos::{html, leptos_dom::helpers::debounce, prelude::*};
use wasm_bindgen::JsCast;

use super::super::asked::Asked;
use crate::{
    accounts::{
        api::{MembersShown, MembersWanted},
        state::last_page,
    },
    reactive::{effect, memo},
    ui::{Select, TextField},
};

/// How long somebody must have stopped typing.
const TYPED: Duration = Duration::from_millis(250);

/// Which members are wanted, and the fields that say so.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    wanted: RwSignal<MembersWanted>,
    /// The same, told only when it is another.
    pub question: Memo<MembersWanted>,
    typed: RwSignal<String>,
    chosen: RwSignal<String>,
    search: NodeRef<html::Input>,
}

impl Filters {
    /// Fields for a first question: what this entry of the history asked for before a reload or Back, or all members.
    pub fn new(account: AccountId) -> Self {
        let wanted = kept(&account).unwrap_or(MembersWanted {
            account,
            search: String::new(),
            state: None,
            page: 0,
        });
        let typed = RwSignal::new(wanted.search.clone());
        let chosen = RwSignal::new(wanted.state.map_or("", MemberState::as_str).to_owned());
        let wanted = RwSignal::new(wanted);
        let mut search = debounce(TYPED, move |text: String| {
            wanted.update(|wanted| wanted.search(&text));
        });
        Effect::new(move |earlier: Option<()>| {
            let text = typed.get();
            if earlier.is_some() {
                search(text);
            }
        });
        effect(move || {
            let state = chosen.read().parse().ok();
            wanted.update(|wanted| wanted.filter(state));
        });
        let question = memo(move || wanted.get());
        Effect::new(move |earlier: Option<()>| {
            let wanted = question.read();
            if earlier.is_some() {
                keep(&wanted);
            }
        });
        Self {
            wanted,
            question,
            typed,
            chosen,
            search: NodeRef::new(),
        }
    }

    /// Whether only some of the members are wanted, as the last answer was asked for.
    pub fn is_narrowed(self) -> bool {
        self.question.read_untracked().is_narrowed()
    }

    /// Shows all members; the button that was pressed goes, the focus moves to the search.
    pub fn clear(self) {
        self.typed.set(String::new());
        self.chosen.set(String::new());
        self.wanted.update(|wanted| wanted.search(""));
        if let Some(search) = self.search.get_untracked() {
            let _ = search.focus();
        }
    }

    /// Turns to another page.
    pub fn turn(self, page: u32) {
        self.wanted.update(|wanted| wanted.page = page);
    }

    /// Turns back when there are fewer pages than there were.
    pub fn stay_within(self, asked: Asked<MembersShown>) {
        effect(move || {
            let answer = asked.answer.read();
            let Some(shown) = answer.as_ref() else { return };
            let last = last_page(shown.matching);
            if self.question.read_untracked().page > last {
                self.turn(last);
            }
        });
    }
}

/// Keeps what is wanted with this entry of the history: it goes to no server and into no address.
fn keep(wanted: &MembersWanted) {
    let MembersWanted {
        account,
        search,
        state,
        page,
    } = wanted;
    let entry = Array::of4(
        &account.as_str().into(),
        &search.into(),
        &state.map_or("", MemberState::as_str).into(),
        &page.to_string().into(),
    );
    if let Ok(history) = window().history() {
        let _ = history.replace_state(&entry, "");
    }
}

/// What was kept for this account.
fn kept(account: &AccountId) -> Option<MembersWanted> {
    let entry: Array = window().history().ok()?.state().ok()?.dyn_into().ok()?;
    let text = |place| entry.get(place).as_string();
    (text(0)? == account.as_str()).then_some(())?;
    Some(MembersWanted {
        account: account.clone(),
        search: text(1)?,
        state: text(2)?.parse().ok(),
        page: text(3)?.parse().ok()?,
    })
}

/// The fields.
#[component]
pub(super) fn FilterFields(filters: Filters) -> impl IntoView {
    let states =
        MemberState::ALL.map(|state| (state.as_str().to_owned(), state.as_str().to_owned()));
    let all = (String::new(), "All".to_owned());
    let options = std::iter::once(all).chain(states).collect();
    view! {
        <div class="filters" role="search">
            <TextField label="Search" name="search" kind="search" value=filters.typed hint="By name or email" input_ref=filters.search />
            <Select label="MFA" name="state" value=filters.chosen options />
        </div>
    }
}
