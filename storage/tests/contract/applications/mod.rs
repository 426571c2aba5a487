//! The life of an application behind Twinlock: added, changed and removed.

mod codes;
mod ended;

use domain::{
    door::{ApplicationAccess, MfaDemand, UserHeader},
    ids::{AccountId, ApplicationId},
    ports::{
        ApplicationAddition, ApplicationChange, ApplicationEdit, ApplicationRecord,
        ApplicationRemoval, Applications, NewApplication,
    },
};
use storage::Store;

use crate::{
    people::memberships::owned,
    support::{
        ContractDatabase,
        applications::{added, application, draw, enter, is_in, restricted, visit},
        bits, later,
        people::browser,
    },
};

async fn record(store: &Store, application: &NewApplication) -> ApplicationRecord {
    Applications::get(store, &application.id)
        .await
        .unwrap()
        .unwrap()
}

async fn edit(
    store: &Store,
    application: &NewApplication,
    edit: ApplicationEdit,
) -> ApplicationChange {
    let change = Applications::edit(store, &application.id, edit, later(9)).await;
    change.unwrap()
}

/// Action and detail of each event about applications.
async fn events(store: &Store) -> Vec<(String, String)> {
    let all = store.events_after(0).await.unwrap();
    let of_applications = all
        .into_iter()
        .filter(|event| event.action.starts_with("application"));
    of_applications
        .map(|event| (event.action, event.detail.unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn an_application_is_found_as_it_was_added() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ((acme, _), (beta, _)) = (owned(store).await, owned(store).await);
    let wiki = NewApplication {
        mfa: MfaDemand::Always,
        user_header: UserHeader::Id,
        ..application("Wiki")
    };
    let addition = Applications::add(store, wiki.clone()).await.unwrap();
    assert_eq!(addition, ApplicationAddition::Added);
    // An account that is named twice is listed once.
    let accounts = [beta.clone(), acme.clone(), beta.clone()];
    let grafana = restricted(store, "Grafana", &accounts).await;

    let all = Applications::list(store).await.unwrap();
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Grafana", "Wiki"]);
    assert_eq!(all[1], record(store, &wiki).await);
    let expected = ApplicationRecord {
        id: wiki.id,
        name: wiki.name,
        origin: wiki.origin,
        access: ApplicationAccess::Everyone,
        account_names: Vec::new(),
        mfa: MfaDemand::Always,
        user_header: UserHeader::Id,
        added_at: wiki.at,
    };
    assert_eq!(all[1], expected);

    let found = Applications::find(store, &"GRAFANA".parse().unwrap()).await;
    assert_eq!(found.unwrap().as_ref(), Some(&all[0]));
    let found = Applications::at(store, &grafana.origin).await.unwrap();
    assert_eq!(found.as_ref(), Some(&all[0]));
    assert_eq!(all[0].account_names.len(), 2);
    assert!(
        all[0]
            .account_names
            .is_sorted_by_key(domain::people::names::AccountName::search_key)
    );
    let ApplicationAccess::Accounts(listed) = &all[0].access else {
        panic!("{all:?}");
    };
    assert!(listed.len() == 2 && listed.contains(&acme) && listed.contains(&beta));

    let unknown = Applications::find(store, &"Graf".parse().unwrap()).await;
    assert_eq!(unknown.unwrap(), None);
    let elsewhere = "https://other.example.com".parse().unwrap();
    assert_eq!(Applications::at(store, &elsewhere).await.unwrap(), None);
    let added = |name: &str| ("application_add".to_owned(), name.to_owned());
    assert_eq!(events(store).await, [added("Wiki"), added("Grafana")]);
}

#[tokio::test]
async fn a_name_and_an_origin_are_taken_once() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let grafana = added(store, "Grafana").await;
    let wiki = added(store, "Wiki").await;
    let before = Applications::list(store).await.unwrap();
    let named = application("GRAFANA");
    let placed = NewApplication {
        origin: grafana.origin.clone(),
        ..application("Other")
    };
    let nowhere = NewApplication {
        access: ApplicationAccess::Accounts(vec![AccountId::from_random(bits())]),
        ..application("Other")
    };
    for (new, refusal) in [
        (named, ApplicationAddition::NameTaken),
        (placed, ApplicationAddition::OriginTaken),
        (nowhere.clone(), ApplicationAddition::NoAccount),
    ] {
        assert_eq!(Applications::add(store, new).await.unwrap(), refusal);
    }
    let named = ApplicationEdit {
        name: Some("grafana".parse().unwrap()),
        ..ApplicationEdit::default()
    };
    let placed = ApplicationEdit {
        origin: Some(grafana.origin.clone()),
        ..ApplicationEdit::default()
    };
    let nowhere = ApplicationEdit {
        access: Some(nowhere.access),
        ..ApplicationEdit::default()
    };
    for (change, refusal) in [
        (named.clone(), ApplicationChange::NameTaken),
        (placed, ApplicationChange::OriginTaken),
        (nowhere, ApplicationChange::NoAccount),
        (ApplicationEdit::default(), ApplicationChange::Same),
    ] {
        assert_eq!(edit(store, &wiki, change).await, refusal);
    }
    assert_eq!(Applications::list(store).await.unwrap(), before);
    assert_eq!(events(store).await.len(), 2);

    // Its own name in another case is no conflict.
    assert_eq!(
        edit(store, &grafana, named.clone()).await,
        ApplicationChange::Changed
    );
    assert_eq!(
        edit(store, &application("Unknown"), named).await,
        ApplicationChange::NoApplication
    );
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_nothing_else() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ((acme, ada), (beta, _)) = (owned(store).await, owned(store).await);
    let grafana = restricted(store, "Grafana", std::slice::from_ref(&acme)).await;
    let mine = browser(store, &ada).await;
    let visit = visit(&grafana, &mine.session, Some(&acme));
    let cookie = enter(store, &visit).await;
    draw(store, &visit).await;

    let strict = ApplicationEdit {
        mfa: Some(MfaDemand::Always),
        user_header: Some(UserHeader::Id),
        ..ApplicationEdit::default()
    };
    let before = record(store, &grafana).await;
    assert_eq!(
        edit(store, &grafana, strict.clone()).await,
        ApplicationChange::Changed
    );
    let expected = ApplicationRecord {
        mfa: MfaDemand::Always,
        user_header: UserHeader::Id,
        ..before
    };
    assert_eq!(record(store, &grafana).await, expected);
    assert_eq!(edit(store, &grafana, strict).await, ApplicationChange::Same);

    let access = |access| ApplicationEdit {
        access: Some(access),
        ..ApplicationEdit::default()
    };
    let others = access(ApplicationAccess::Accounts(vec![beta.clone()]));
    assert_eq!(
        edit(store, &grafana, others.clone()).await,
        ApplicationChange::Changed
    );
    assert_eq!(edit(store, &grafana, others).await, ApplicationChange::Same);
    let session = Applications::session(store, cookie, &grafana.origin).await;
    let session = session.unwrap().unwrap();
    assert_eq!(
        session.application.access,
        ApplicationAccess::Accounts(Vec::new()),
        "the session stays, and the admission refuses it"
    );
    // No account at all is not everyone.
    let nobody = access(ApplicationAccess::Accounts(Vec::new()));
    assert_eq!(
        edit(store, &grafana, nobody).await,
        ApplicationChange::Changed
    );
    let everyone = access(ApplicationAccess::Everyone);
    assert_eq!(
        edit(store, &grafana, everyone).await,
        ApplicationChange::Changed
    );
    assert!(is_in(store, &visit, cookie).await);
}

#[tokio::test]
async fn a_new_origin_ends_the_codes_and_sessions_at_the_old_one() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let ((_, ada), wiki) = (owned(store).await, added(store, "Wiki").await);
    let grafana = added(store, "Grafana").await;
    let mine = browser(store, &ada).await;
    let other = visit(&wiki, &mine.session, None);
    let visit = visit(&grafana, &mine.session, None);
    let (there, cookie) = (enter(store, &other).await, enter(store, &visit).await);
    let code = draw(store, &visit).await;
    let moved = ApplicationEdit {
        origin: Some("https://moved.example.com:8443".parse().unwrap()),
        ..ApplicationEdit::default()
    };
    assert_eq!(
        edit(store, &grafana, moved).await,
        ApplicationChange::Changed
    );
    assert_eq!(database.count("application_codes").await, 0);
    assert_eq!(database.count("application_sessions").await, 1);
    assert!(is_in(store, &other, there).await);
    // Nor at the new one.
    let new = crate::support::applications::Visit {
        origin: "https://moved.example.com:8443".parse().unwrap(),
        ..visit
    };
    assert!(!is_in(store, &new, cookie).await);
    codes::assert_refused(store, new.taken(&code)).await;
    assert!(is_in(store, &new, enter(store, &new).await).await);
}

#[tokio::test]
async fn a_removed_application_leaves_nothing() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, ada) = owned(store).await;
    let grafana = restricted(store, "Grafana", std::slice::from_ref(&acme)).await;
    let mine = browser(store, &ada).await;
    let visit = visit(&grafana, &mine.session, Some(&acme));
    enter(store, &visit).await;
    draw(store, &visit).await;
    let removal = Applications::remove(store, &grafana.id).await.unwrap();
    assert_eq!(removal, ApplicationRemoval::Removed);
    for table in [
        "applications",
        "application_accounts",
        "application_codes",
        "application_sessions",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    let last = events(store).await.pop().unwrap();
    assert_eq!(
        last,
        ("application_remove".to_owned(), "Grafana".to_owned())
    );
    for unknown in [grafana.id, ApplicationId::from_random(bits())] {
        let removal = Applications::remove(store, &unknown).await.unwrap();
        assert_eq!(removal, ApplicationRemoval::NoApplication);
    }
}
