//! Frequent queries use indexes and never scan a whole table or index. Every statement of the hot
//! paths is captured from the driver's log and explained by the engine, so that none is left out.

mod ear;
mod explained;
mod filling;

use std::{collections::BTreeSet, time::Duration};

use domain::{
    events::{Action, Event, Outcome},
    members::MemberState,
    ports::{
        Accounts, Admission, Attempts, BrowserRecord, Challenges, CodeSetChange, CodeUse, Events,
        Grant, GrantUse, Imports, KnownBrowser, KnownBrowsers, MemberQuery, Members, Mfa,
        NewSession, PasswordCount, PasswordTry, Sessions, SignInKey, StepUp, StepUps, TestedKey,
        Users, Verification,
    },
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{Budget, Factor},
        step_up::Intent,
    },
    session::known_browser::KNOWN,
    webauthn::authenticators::KeyKind,
};
use storage::Store;

use crate::{
    sign_in::known_browsers::known,
    support::{
        ContractDatabase, START,
        challenges::{challenge, handle, keep_challenge},
        factors::{protected_by_key, signature},
        from, later,
        people::{
            BrowserSession, Protected, STRANGER, WithoutCount, browser, default_method, pending,
            protected, session, somebody,
        },
        stranger, token, vault,
    },
};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn nothing_is_read_from_end_to_end() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    filling::fill(&database).await;
    let ada = protected(store).await;
    let mut heard = BTreeSet::new();
    heard.extend(ear::hear(signing_in(store, &ada)).await);
    heard.extend(ear::hear(guessing(store, &ada)).await);
    let bob = protected_by_key(store, KeyKind::Passkey).await;
    heard.extend(ear::hear(signing(store, &bob)).await);
    heard.extend(ear::hear(working(store, &ada)).await);
    heard.extend(ear::hear(reading(store, &ada)).await);
    let eve = somebody(store).await;
    heard.extend(ear::hear(keeping(store, &eve)).await);
    // Statements were captured, and the sweep had rows to delete.
    for part in [
        "FROM sessions s",
        "UPDATE app_keys SET last_step",
        "UPDATE public_keys SET counter",
        "UPDATE challenges SET answered_at",
        "DELETE FROM known_browsers WHERE (token_hash) IN (SELECT token_hash FROM dead)",
    ] {
        assert!(
            heard.iter().any(|sql| sql.contains(part)),
            "{part}: {heard:#?}"
        );
    }
    let faults = explained::faults(&database, &heard).await;
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        heard.len(),
        faults.join("\n")
    );
}

/// A password and a code, first from an unknown browser and then from the same browser, known now.
async fn signing_in(store: &Store, ada: &Protected) {
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    let email = user.email.as_str().to_owned();
    let mut known = None;
    for step in 1..=2 {
        let at = later(30 * u64::try_from(step).unwrap());
        let attempt = PasswordTry {
            browser: known,
            ..stranger(&email)
        };
        let counted = store.count_password(attempt, at).await.unwrap();
        let PasswordCount::Counted(receipt) = counted else {
            panic!("{counted:?}")
        };
        store.slowest_digest().await.unwrap();
        store.credentials(&user.email).await.unwrap().unwrap();
        default_method(store, &ada.user).await.unwrap();
        let new = NewSession {
            receipt: Some(receipt),
            replaces: Some(token()),
            ..session(&ada.user, at)
        };
        assert!(store.open(new.clone()).await.unwrap().is_done());
        Sessions::find(store, new.token).await.unwrap().unwrap();
        let open = store.count_second_factor(&ada.user, STRANGER, Factor::Application, at);
        assert_eq!(open.await.unwrap(), Budget::Open);
        let browser = BrowserSession {
            session: new.id,
            token: new.token,
        };
        let code = ada.code(&browser, step);
        known = Some(code.browser);
        store.is_known(code.browser, &ada.user, at).await.unwrap();
        assert_eq!(
            store.use_code(code).await.unwrap().without_count(),
            CodeUse::Accepted
        );
    }
    let browser = browser(store, &ada.user).await;
    let code = ada.backup_code(&browser, 0);
    store.refused_in_a_row(&ada.user, STRANGER).await.unwrap();
    store
        .count_second_factor(&ada.user, STRANGER, Factor::BackupCode, START)
        .await
        .unwrap();
    let index = ada.codes.codes[0].index;
    store
        .find_backup_code(&ada.user, index)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        store.use_backup_code(code).await.unwrap().without_count(),
        CodeUse::Accepted
    );
}

/// The challenge of a sign-in and its answer, and a test.
async fn signing(store: &Store, bob: &Protected) {
    let mine = browser(store, &bob.user).await;
    for at in 0..7 {
        let asked = challenge(&bob.user, &mine, later(at));
        keep_challenge(store, asked.clone()).await;
        let taken = store
            .take(&mine.session, asked.hash, later(at))
            .await
            .unwrap();
        assert!(taken.is_some());
    }
    store.settings(&bob.user).await.unwrap();
    store.method_summaries(&bob.user).await.unwrap();
    store.user_handle(&bob.user, handle()).await.unwrap();
    let key = SignInKey {
        swap: mine.swap(),
        user: bob.user.clone(),
        key: signature(&bob.method, 7, 8),
        browser: token(),
        is_browser_known: true,
        at: later(60),
    };
    let used = store.use_key(key).await.unwrap();
    assert_eq!(used.without_count(), CodeUse::Accepted);
    let tested = TestedKey {
        session: bob.browser.session.clone(),
        user: bob.user.clone(),
        key: signature(&bob.method, 8, 9),
        at: later(70),
    };
    assert_eq!(store.test_key(tested).await.unwrap(), CodeUse::Accepted);
}

/// Wrong passwords and wrong codes, until each is refused.
async fn guessing(store: &Store, ada: &Protected) {
    let known = GuessHolder::KnownBrowser(known(store, &ada.user, START).await);
    for _ in 0..6 {
        store
            .count_password(stranger("who@example.com"), START)
            .await
            .unwrap();
        for holder in [STRANGER, &ada.browser.holder(), &known] {
            store
                .count_second_factor(&ada.user, holder, Factor::Application, START)
                .await
                .unwrap();
            store.refused_in_a_row(&ada.user, holder).await.unwrap();
        }
        store.settle(Outcome::Failed).await.unwrap();
    }
    // During the delay: from another network, with an unknown token, and with a dead link.
    let elsewhere = PasswordTry {
        browser: Some(token()),
        email: stranger("who@example.com").email,
        ..from([198, 51, 100, 7].into())
    };
    let admitted = store.admit(&elsewhere, START).await.unwrap();
    assert_eq!(admitted, Admission::Stranger);
    let counted = store
        .count_password(elsewhere.clone(), START)
        .await
        .unwrap();
    let PasswordCount::Counted(receipt) = counted else {
        panic!("{counted:?}")
    };
    store.password_was_right(receipt).await.unwrap();
    let address = &elsewhere.address;
    store.count_dead_link(address, 300, START).await.unwrap();
    store
        .note(Event::new(Action::Access, Outcome::Denied))
        .await
        .unwrap();
}

/// A session's requests that write.
async fn working(store: &Store, ada: &Protected) {
    let BrowserSession { session, .. } = &ada.browser;
    store.touch(session, later(60)).await.unwrap();
    let asked = StepUp {
        intent: Intent::Generate,
        method: ada.method.clone(),
        asked_at: later(60),
        granted_at: None,
    };
    store.ask(session, &ada.user, asked).await.unwrap();
    StepUps::asked(store, session).await.unwrap().unwrap();
    let verification = Verification {
        swap: ada.browser.swap(),
        user: ada.user.clone(),
        intent: Intent::Generate,
        method: ada.method.clone(),
        proof: ada.step_proof(crate::support::people::FIRST_STEP.offset(4)),
        at: later(120),
    };
    assert_eq!(store.verify(verification).await.unwrap(), CodeUse::Accepted);
    let grant = Grant {
        session: session.clone(),
        user: ada.user.clone(),
        intent: Intent::Generate,
        lapsed: START,
    };
    let codes = crate::support::people::code_set(&ada.user, &ada.browser.session).0;
    assert_eq!(store.generate(grant, codes).await.unwrap(), GrantUse::Done);
    assert_eq!(
        store.keep_valid_codes(&ada.user, session).await.unwrap(),
        CodeSetChange::Done
    );
    store.end(session).await.unwrap();
}

/// The pages My profile, Accounts, and an account's members.
async fn reading(store: &Store, ada: &Protected) {
    let accounts = store.of_user(&ada.user).await.unwrap();
    let account = &accounts[0].account.id;
    store.helpers(&ada.user).await.unwrap();
    Users::find(store, &ada.user).await.unwrap().unwrap();
    for (search, state) in [("", None), ("ada", None), ("ada", Some(MemberState::On))] {
        let query = MemberQuery {
            account: account.clone(),
            viewer: ada.user.clone(),
            search: search.to_owned(),
            state,
            offset: 0,
            limit: Some(50),
        };
        assert_eq!(store.page(query).await.unwrap().matching, 1);
    }
    store
        .member(account, &ada.user, &ada.user)
        .await
        .unwrap()
        .unwrap();
}

/// Housekeeping, with rows to process everywhere.
async fn keeping(store: &Store, eve: &domain::ids::UserId) {
    let browser = browser(store, eve).await;
    pending(store, eve, &browser, START).await;
    let asked = challenge(eve, &browser, START);
    keep_challenge(store, asked).await;
    let known = KnownBrowser {
        token: token(),
        user: eve.clone(),
        session: browser.session.clone(),
        at: START,
    };
    assert_eq!(store.remember(known).await.unwrap(), BrowserRecord::Stored);
    store.invite(eve, token(), later(60)).await.unwrap();
    store
        .count_password(stranger("eve@example.com"), START)
        .await
        .unwrap();
    let late = START.plus(KNOWN + 2 * DAY);
    store.beat(late).await.unwrap();
    let (keys, now) = (vault(), late);
    assert!(store.seal_events(keys.event_chain(), now).await.unwrap() > 0);
    assert!(store.delete_events(keys.event_chain(), now).await.unwrap() > 0);
    while store.sweep(now).await.0 > 0 {}
}
