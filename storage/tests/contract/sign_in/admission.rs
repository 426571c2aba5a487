//! What a stranger can take from others, and what they can write: RB1, RB2, RB3 and RC7.

use std::net::{IpAddr, Ipv6Addr};

use domain::{
    events::{Action, Actor, Event, JUDGED, Origin, Outcome, REFUSED},
    ports::{
        Admission, Attempts, BrowserRecord, Events, KnownBrowser, KnownBrowsers, PasswordCount,
        PasswordTry, Receipt, Users,
    },
    session::{
        network_budget::{BETWEEN, OF_ALL},
        sign_in_delay::LONGEST_DELAY,
    },
    time::Timestamp,
};
use storage::Store;

use crate::support::{
    ContractDatabase, START, email_index, from, later,
    people::{browser, somebody},
    stranger, token,
};

const NAME: &str = "ada@example.com";

/// An attempt for Ada from the /48 network of this number.
fn of_network(number: u16) -> PasswordTry {
    of_host(number, 0)
}

/// An attempt for Ada from a /64 of that /48.
fn of_host(network: u16, host: u16) -> PasswordTry {
    let address = IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, network, host, 0, 0, 0, 1));
    PasswordTry {
        email: Some((NAME.parse().unwrap(), email_index(NAME))),
        ..from(address)
    }
}

async fn is_judged(store: &Store, attempt: PasswordTry, now: Timestamp) -> Option<Receipt> {
    let admitted = store.admit(&attempt, now).await.unwrap();
    match store.count_password(attempt, now).await.unwrap() {
        PasswordCount::Counted(receipt) => {
            assert_eq!(admitted, Admission::Stranger, "both judge alike");
            Some(receipt)
        }
        PasswordCount::Refused { until } => {
            assert_eq!(admitted, Admission::Refused { until }, "both judge alike");
            None
        }
    }
}

/// Ada's name is delayed, and network 0 has failed.
async fn besiege(store: &Store) {
    for _ in 0..5 {
        assert!(is_judged(store, of_network(0), START).await.is_some());
    }
    assert!(is_judged(store, of_network(0), START).await.is_none());
}

#[tokio::test]
async fn rb3_each_network_has_one_try_an_hour_while_the_delay_runs() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    besiege(store).await;
    assert!(is_judged(store, of_network(1), START).await.is_some());
    assert!(
        is_judged(store, of_host(1, 7), START).await.is_none(),
        "the same /48"
    );
    let before = store.password_attempts(email_index(NAME)).await.unwrap();
    assert_eq!(before.failures, 5, "it is no failure of the name");
    // The attacker keeps the delay active for an hour, and gets no attempt beside it.
    let mut now = START;
    while now.since(START) < BETWEEN {
        now = now.plus(LONGEST_DELAY);
        assert!(is_judged(store, of_network(0), now).await.is_some());
        assert!(is_judged(store, of_network(0), now).await.is_none());
    }
    assert!(is_judged(store, of_network(1), now).await.is_some());
    assert!(is_judged(store, of_network(1), now).await.is_none());
}

#[tokio::test]
async fn rb3_all_networks_together_at_most_double_the_guesses_at_a_name() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    besiege(store).await;
    let mut judged = 0;
    for number in 1..=100 {
        judged += u32::from(is_judged(store, of_network(number), START).await.is_some());
    }
    assert_eq!(judged, OF_ALL);
    assert!(
        is_judged(store, of_network(200), START.plus(BETWEEN))
            .await
            .is_some()
    );
}

#[tokio::test]
async fn rb3_a_right_password_gives_the_try_back() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    besiege(store).await;
    for _ in 0..3 {
        let receipt = is_judged(store, of_network(1), START).await.unwrap();
        store.password_was_right(receipt).await.unwrap();
        besieged_again(store).await;
    }
}

/// A correct password clears the failures of the name, but the attack goes on.
async fn besieged_again(store: &Store) {
    for _ in 0..5 {
        assert!(is_judged(store, of_network(0), START).await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rb3_of_many_networks_at_once_no_more_are_judged() {
    let (database, programs) = crate::races::programs().await;
    besiege(&database.store).await;
    let results = crate::races::at_once(&programs, 100, |store, number| async move {
        let number = u16::try_from(number + 1).unwrap();
        let counted = store.count_password(of_network(number), START).await;
        matches!(counted.unwrap(), PasswordCount::Counted(_))
    })
    .await;
    let judged = crate::races::count(&results, &true);
    assert_eq!(judged, usize::try_from(OF_ALL).unwrap());
    let of_one = crate::races::at_once(&programs, 16, |store, number| async move {
        let now = START.plus(BETWEEN);
        let number = u16::try_from(number).unwrap();
        let counted = store.count_password(of_host(500, number), now).await;
        matches!(counted.unwrap(), PasswordCount::Counted(_))
    });
    // One after the delay, which has passed, and one by the network's own budget.
    let judged = crate::races::count(&of_one.await, &true);
    assert!((1..=2).contains(&judged), "{judged}");
}

/// RB1: refusals use reads only, and an address that exceeds its limit is refused from memory.
/// Neither adds a row after the first.
#[tokio::test]
async fn rb1_a_refusal_counts_nothing_and_an_address_is_remembered() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let nothing = || PasswordTry {
        address_limit: 3,
        ..from([203, 0, 113, 9].into())
    };
    let address = nothing().address;
    let mut receipts = Vec::new();
    for _ in 0..3 {
        assert_eq!(store.refused_from_memory(&address, START), None);
        receipts.extend(is_judged(store, nothing(), START).await);
    }
    let Admission::Refused { until } = store.admit(&nothing(), START).await.unwrap() else {
        panic!("the address is over its limit")
    };
    assert_eq!(store.refused_from_memory(&address, START), Some(until));
    assert_eq!(store.refused_from_memory(&address, until), None);
    assert_eq!(database.count("refused_sign_ins").await, 3);
    // One of the three was correct, so this server forgets that it refused the address.
    store.password_was_right(receipts.remove(0)).await.unwrap();
    assert_eq!(store.refused_from_memory(&address, START), None);
    assert_eq!(
        store.admit(&nothing(), START).await.unwrap(),
        Admission::Stranger
    );
}

#[tokio::test]
async fn rb1_a_known_browser_is_admitted_whatever_its_address_and_the_name_have_done() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let email = Users::find(store, &ada).await.unwrap().unwrap().email;
    let known = KnownBrowser {
        token: token(),
        user: ada.clone(),
        session: browser(store, &ada).await.session,
        at: START,
    };
    assert_eq!(
        store.remember(known.clone()).await.unwrap(),
        BrowserRecord::Stored
    );
    let attempt = |browser| PasswordTry {
        browser,
        address_limit: 1,
        ..stranger(email.as_str())
    };
    store.count_password(attempt(None), START).await.unwrap();
    let refused = store.admit(&attempt(Some(token())), START).await.unwrap();
    assert!(
        matches!(refused, Admission::Refused { .. }),
        "a made-up token"
    );
    let mine = attempt(Some(known.token));
    assert_eq!(
        store.admit(&mine, START).await.unwrap(),
        Admission::Known(ada)
    );
    for _ in 0..5 {
        store.count_password(mine.clone(), START).await.unwrap();
    }
    let until = later(5);
    assert_eq!(
        store.admit(&mine, START).await.unwrap(),
        Admission::Refused { until }
    );
}

/// RB2: three simulated hours of a /48, each attempt and dead link from another /64. Rows and bytes
/// are bounded, and no count is lost.
#[tokio::test]
async fn rb2_a_network_of_hosts_writes_a_bounded_number_of_events() {
    const MINUTES: u16 = 90;
    const EACH: u16 = 40;
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    for minute in 0..MINUTES {
        for number in 0..EACH {
            let now = later(u64::from(minute) * 60 + u64::from(number));
            let host = minute * EACH + number;
            let address = Ipv6Addr::new(0x2001, 0xdb8, 7, host, 0, 0, 0, 1);
            let seen = store.seen_from(Origin {
                address: Some(address.into()),
                browser: Some("x".repeat(256)),
                ..Origin::here(Actor::Nobody, now)
            });
            let name = format!("typed{}@example.com", host % 2000);
            let attempt = PasswordTry {
                email: Some((name.parse().unwrap(), email_index(&name))),
                ..from(address.into())
            };
            if let PasswordCount::Counted(_) = seen.count_password(attempt, now).await.unwrap() {
                seen.settle(Outcome::Failed).await.unwrap();
            }
            let dead = Event::new(Action::Access, Outcome::Denied);
            seen.note(dead.saying("/api/session/check_invitation"))
                .await
                .unwrap();
        }
        store
            .flush_strangers(later(u64::from(minute) * 60 + 59))
            .await
            .unwrap();
    }
    let told = store.newest_events(100_000).await.unwrap();
    let times = |action: &str| -> i64 {
        let of = told.iter().filter(|event| event.action == action);
        of.map(|event| event.times).sum()
    };
    let tried = i64::from(MINUTES * EACH);
    assert_eq!(
        (times("sign_in"), times("access")),
        (tried, tried),
        "none is lost"
    );
    // An hour and a half spans two or three clock hours.
    let hours = 3;
    let bound = hours * (REFUSED.hour + JUDGED.hour) + 2 * u32::from(MINUTES);
    assert!(
        told.len() <= usize::try_from(bound).unwrap(),
        "{} rows",
        told.len()
    );
    let single = told.iter().filter(|event| event.address.is_some()).count();
    assert!(single < told.len(), "some are merged");
    let merged = told.iter().find(|event| event.address.is_none()).unwrap();
    assert_eq!(merged.detail.as_deref(), Some("many addresses, merged"));
    assert_eq!(
        (merged.actor.as_str(), merged.email.as_ref()),
        ("nobody", None)
    );
}

/// RB2: beyond the budget, a correct password still has its own event, and is not counted as
/// failed.
#[tokio::test]
async fn rb2_a_right_password_has_its_own_event_beyond_the_budget() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ada = somebody(store).await;
    let before = store.newest_events(100_000).await.unwrap().len();
    let origin = || Origin::here(Actor::Nobody, START);
    for number in 0..JUDGED.minute + 9 {
        let seen = store.seen_from(origin());
        let attempt = stranger(&format!("typed{number}@example.com"));
        seen.count_password(attempt, START).await.unwrap();
        seen.settle(Outcome::Failed).await.unwrap();
    }
    let seen = store.seen_from(origin());
    let counted = seen
        .count_password(stranger("ada@example.com"), START)
        .await;
    let PasswordCount::Counted(receipt) = counted.unwrap() else {
        panic!("it is counted")
    };
    let session = domain::ports::NewSession {
        receipt: Some(receipt),
        ..crate::support::people::session(&ada, START)
    };
    let opened = domain::ports::Sessions::open(&seen, session).await.unwrap();
    assert!(opened.is_done());
    assert_eq!(store.flush_strangers(START).await.unwrap(), 1);
    assert_eq!(store.flush_strangers(START).await.unwrap(), 0);
    let told = store
        .newest_events(100_000)
        .await
        .unwrap()
        .split_off(before);
    let count = |outcome: &str| -> i64 {
        let of = told.iter().filter(|event| event.outcome == outcome);
        of.map(|event| event.times).sum()
    };
    assert_eq!(count("failed"), i64::from(JUDGED.minute + 9));
    assert_eq!(count("owed"), 1);
}

/// RB2: a dead link counts for its address, up to a number per minute for all addresses.
#[tokio::test]
async fn rb2_dead_links_count_for_their_address() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let address = from([203, 0, 113, 9].into()).address;
    for _ in 0..3 {
        let counted = store.count_dead_link(&address, 3, START).await.unwrap();
        assert_eq!(counted, None);
    }
    let refused = store.count_dead_link(&address, 3, START).await.unwrap();
    assert!(refused.is_some());
    assert_eq!(store.refused_from_memory(&address, START), refused);
    for number in 0..1000 {
        let address = from(Ipv6Addr::new(0x2001, 0xdb8, 7, number, 0, 0, 0, 1).into()).address;
        store.count_dead_link(&address, 3, START).await.unwrap();
    }
    let most = i64::from(domain::events::DEAD_LINKS.minute);
    assert_eq!(database.count("refused_sign_ins").await, most);
}
