//! The list of members that an Owner sees.

use domain::{
    ids::{AccountId, UserId},
    members::{MemberFacts, MemberState},
    people::roles::Role,
    ports::{
        AccountAddition, Accounts, Attempts, MemberQuery, MemberRecord, Members, MfaRule, NewUser,
        RuleChange, UserAddition, Users,
    },
    second_factor::{
        lockout::{Factor, LOCK_AFTER},
        methods::MethodCounts,
    },
    webauthn::authenticators::KeyKind,
};
use storage::Store;

use crate::{
    people::memberships::{joined, owned},
    support::{
        ContractDatabase, START, bits, later,
        people::{STRANGER, account, default_method, protected_user, user},
    },
};

fn all(account: &AccountId, viewer: &UserId) -> MemberQuery {
    MemberQuery {
        account: account.clone(),
        viewer: viewer.clone(),
        search: String::new(),
        state: None,
        offset: 0,
        limit: None,
    }
}

async fn add(store: &Store, account: &AccountId, name: &str, email: &str) -> UserId {
    let user = NewUser {
        name: name.parse().unwrap(),
        ..user(email)
    };
    let id = user.id.clone();
    assert_eq!(
        Users::add(store, user, account, Role::Member)
            .await
            .unwrap(),
        UserAddition::Added
    );
    id
}

/// An account without members.
async fn empty(store: &Store) -> AccountId {
    let account = account(&format!("Empty {}", u128::from_be_bytes(bits())));
    assert_eq!(
        Accounts::add(store, account.clone()).await.unwrap(),
        AccountAddition::Added
    );
    account.id
}

async fn names(store: &Store, query: MemberQuery) -> (Vec<String>, u32) {
    let page = store.page(query).await.unwrap();
    let names = page.members.iter().map(|member| member.name.to_string());
    (names.collect(), page.matching)
}

#[tokio::test]
async fn members_are_found_by_part_of_name_or_address_in_any_case() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let acme = empty(store).await;
    let ada = add(store, &acme, "Ada Lovelace", "ada@example.com").await;
    add(store, &acme, "ÉVA Brandt", "eva.b@example.org").await;
    add(store, &acme, "100% Bob_by \\o/", "bob@example.com").await;
    add(
        store,
        &empty(store).await,
        "Ada Elsewhere",
        "ada2@example.com",
    )
    .await;
    for (search, expected) in [
        ("", vec!["100% Bob_by \\o/", "Ada Lovelace", "ÉVA Brandt"]),
        ("LOVE", vec!["Ada Lovelace"]),
        ("éva", vec!["ÉVA Brandt"]),
        (" ÉVA ", vec!["ÉVA Brandt"]),
        ("EXAMPLE.org", vec!["ÉVA Brandt"]),
        ("a@e", vec!["Ada Lovelace"]),
        ("%", vec!["100% Bob_by \\o/"]),
        ("_", vec!["100% Bob_by \\o/"]),
        ("\\", vec!["100% Bob_by \\o/"]),
        ("\\o", vec!["100% Bob_by \\o/"]),
        ("b_b", vec!["100% Bob_by \\o/"]),
        ("d_a", vec![]),
        ("a%e", vec![]),
        ("' OR 1=1 --", vec![]),
        ("a\0", vec![]),
    ] {
        let query = MemberQuery {
            search: search.to_owned(),
            ..all(&acme, &ada)
        };
        let matching = u32::try_from(expected.len()).unwrap();
        let expected = expected.into_iter().map(str::to_owned).collect();
        let found = names(store, query).await;
        assert_eq!(found, (expected, matching), "{search:?}");
    }
    let endless = MemberQuery {
        search: "%".repeat(60_000),
        ..all(&acme, &ada)
    };
    assert_eq!(names(store, endless).await, (vec![], 0));
}

#[tokio::test]
async fn pages_follow_each_other_by_name() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let acme = empty(store).await;
    let viewer = UserId::from_random(bits());
    for number in [3, 1, 4, 0, 2] {
        let email = format!("m{number}@example.com");
        let name = if number % 2 == 0 { "member" } else { "Member" };
        add(store, &acme, &format!("{name} {number}"), &email).await;
    }
    for (search, state) in [
        ("", None),
        ("memb", None),
        ("", Some(MemberState::Off)),
        ("MEMBER", Some(MemberState::Off)),
    ] {
        let mut seen = Vec::new();
        for (offset, size) in [(0, 2), (2, 2), (4, 1), (6, 0)] {
            let page = MemberQuery {
                search: search.to_owned(),
                state,
                offset,
                limit: Some(2),
                ..all(&acme, &viewer)
            };
            let (names, matching) = names(store, page).await;
            assert_eq!((names.len(), matching), (size, 5), "{search:?} {state:?}");
            seen.extend(names);
        }
        assert_eq!(
            seen,
            ["member 0", "Member 1", "member 2", "Member 3", "member 4"]
        );
    }
    for _ in 0..3 {
        add(
            store,
            &acme,
            "Same Name",
            &format!("{}@example.com", UserId::from_random(bits())),
        )
        .await;
    }
    let ids = |members: Vec<MemberRecord>| -> Vec<_> {
        members.into_iter().map(|member| member.user).collect()
    };
    let whole = store.page(all(&acme, &viewer)).await.unwrap();
    let mut single = Vec::new();
    for offset in 0..8 {
        let page = MemberQuery {
            offset,
            limit: Some(1),
            ..all(&acme, &viewer)
        };
        single.extend(store.page(page).await.unwrap().members);
    }
    assert_eq!(ids(single), ids(whole.members), "namesakes keep an order");
}

/// The SQL expression agrees with the rule for every combination.
#[tokio::test]
async fn the_state_is_the_rules() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    for requires_mfa in [false, true] {
        let (acme, viewer) = owned(store).await;
        let state = |has_mfa, refused_in_a_row| {
            MemberState::of(MemberFacts {
                has_mfa,
                refused_in_a_row,
                is_required: requires_mfa,
            })
        };
        assert_ne!(
            store
                .set_rule(&acme, MfaRule::required_if(requires_mfa), START)
                .await
                .unwrap(),
            RuleChange::Refused
        );
        let mut expected = Vec::new();
        for refused in [0, LOCK_AFTER - 1, LOCK_AFTER, LOCK_AFTER + 3] {
            for has_mfa in [false, true] {
                let member = joined(store, &acme, Role::Member).await;
                if has_mfa {
                    protected_user(store, member.clone()).await;
                }
                for attempt in 0..refused {
                    let at = later(u64::from(attempt) * 86_400);
                    store
                        .count_second_factor(&member, STRANGER, Factor::BackupCode, at)
                        .await
                        .unwrap();
                }
                assert_eq!(
                    store.refused_in_a_row(&member, STRANGER).await.unwrap(),
                    refused
                );
                expected.push((member, state(has_mfa, refused)));
            }
        }
        expected.push((viewer.clone(), state(false, 0)));
        for (member, state) in &expected {
            let record = store.member(&acme, member, &viewer).await.unwrap();
            assert_eq!(record.unwrap().state, *state);
        }
        for state in MemberState::ALL {
            let query = MemberQuery {
                state: Some(state),
                ..all(&acme, &viewer)
            };
            let page = store.page(query).await.unwrap();
            let wanted = expected.iter().filter(|(_, is)| *is == state).count();
            assert_eq!(page.members.len(), wanted, "{state:?}");
            assert_eq!(usize::try_from(page.matching).unwrap(), wanted);
            assert!(page.members.iter().all(|member| member.state == state));
        }
    }
}

#[tokio::test]
async fn a_member_is_shown_with_what_an_owner_needs() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, owner) = owned(store).await;
    let member = joined(store, &acme, Role::Member).await;
    let ada = protected_user(store, member).await;
    let seen = store.member(&acme, &ada.user, &owner).await.unwrap();
    let seen = seen.unwrap();
    let user = Users::find(store, &ada.user).await.unwrap().unwrap();
    assert_eq!((&seen.name, &seen.email), (&user.name, &user.email));
    assert_eq!((seen.role, seen.state), (Role::Member, MemberState::On));
    let method = default_method(store, &ada.user).await.unwrap();
    assert_eq!(
        (seen.added_at, seen.used_at),
        (Some(method.added_at), method.used_at)
    );
    let page = store.page(all(&acme, &owner)).await.unwrap();
    assert!(page.members.contains(&seen), "alike on the page");
    let mut ada = ada;
    ada.add_application(store, "Tablet", true, later(7)).await;
    let seen = store.member(&acme, &ada.user, &owner).await.unwrap();
    let seen = seen.unwrap();
    assert_eq!(
        (seen.added_at, seen.used_at),
        (Some(method.added_at), Some(later(7))),
        "since the first, and used last"
    );
    for state in [None, Some(MemberState::On)] {
        let query = MemberQuery {
            state,
            ..all(&acme, &owner)
        };
        let members = store.page(query).await.unwrap().members;
        let hers = members.iter().filter(|member| **member == seen);
        assert_eq!(hers.count(), 1, "one row");
    }
    let own = store.member(&acme, &owner, &owner).await.unwrap().unwrap();
    assert_eq!(
        (own.role, own.state, own.added_at, own.used_at),
        (Role::Owner, MemberState::Off, None, None)
    );

    let (other, stranger) = owned(store).await;
    assert_eq!(store.member(&acme, &stranger, &owner).await.unwrap(), None);
    assert_eq!(store.member(&other, &ada.user, &owner).await.unwrap(), None);
}

#[tokio::test]
async fn foreign_accounts_are_those_that_the_viewer_does_not_own() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let ((acme, owner), (other, stranger)) = (owned(store).await, owned(store).await);
    let ada = joined(store, &acme, Role::Member).await;
    let foreign = async |viewer: &UserId| {
        let record = store.member(&acme, &ada, viewer).await.unwrap().unwrap();
        let page = store.page(all(&acme, viewer)).await.unwrap();
        assert!(page.members.contains(&record));
        record.foreign_accounts
    };
    assert_eq!((foreign(&owner).await, foreign(&stranger).await), (0, 1));
    store.join(&ada, &other, Role::Owner).await.unwrap();
    assert_eq!((foreign(&owner).await, foreign(&stranger).await), (1, 1));
    store.join(&owner, &other, Role::Member).await.unwrap();
    assert_eq!(foreign(&owner).await, 1, "a member of it is no Owner");
    store.set_role(&owner, &other, Role::Owner).await.unwrap();
    assert_eq!(foreign(&owner).await, 0);
}

/// Ten thousand members: a page joins only what it needs.
#[tokio::test]
async fn a_page_of_many_is_a_page() {
    let database = ContractDatabase::fresh().await;
    let store = &database.store;
    let (acme, owner) = owned(store).await;
    // A number of five digits for each, in SQL that both engines support.
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000),
                     d (d) AS (SELECT substr(CAST(100000 + i AS TEXT), 2) FROM n)
                INSERT INTO users (id, email, name, name_folded, created_at)
                SELECT '000000000000000000000000000' || d, 'm' || d || '@example.com', 'Member ' || d, 'member ' || d, 0 FROM d";
    let raw = database.raw().await;
    sqlx::query(many).execute(&raw).await.unwrap();
    let join = "INSERT INTO memberships SELECT id, $1, 'member' FROM users WHERE email LIKE 'm%'";
    sqlx::query(join)
        .bind(acme.as_str())
        .execute(&raw)
        .await
        .unwrap();
    let page = MemberQuery {
        offset: 5_000,
        limit: Some(50),
        search: "member".to_owned(),
        ..all(&acme, &owner)
    };
    let (names, matching) = names(store, page).await;
    assert_eq!((names.len(), matching), (50, 10_000));
    assert_eq!(names[0], "Member 05001");
    let whole = store.page(all(&acme, &owner)).await.unwrap();
    assert_eq!((whole.members.len(), whole.matching), (10_001, 10_001));
}

#[tokio::test]
async fn the_methods_of_a_member_are_counted_by_type() {
    let ContractDatabase { store, .. } = &ContractDatabase::fresh().await;
    let (acme, viewer) = owned(store).await;
    let ada = joined(store, &acme, Role::Member).await;
    let counts = async || {
        let listed = store.member(&acme, &ada, &viewer).await.unwrap().unwrap();
        let members = store.page(all(&acme, &viewer)).await.unwrap().members;
        let on_the_page = members.into_iter().find(|member| member.user == ada);
        assert_eq!(on_the_page.as_ref(), Some(&listed));
        listed.methods
    };
    assert_eq!(counts().await, MethodCounts::default());
    let mut methods = protected_user(store, ada.clone()).await;
    for (kind, seconds) in [
        (KeyKind::SecurityKey, 5),
        (KeyKind::Passkey, 10),
        (KeyKind::Passkey, 15),
    ] {
        methods.add_key(store, kind, false, later(seconds)).await;
    }
    let expected = MethodCounts {
        applications: 1,
        passkeys: 2,
        security_keys: 1,
    };
    assert_eq!(counts().await, expected);
}
