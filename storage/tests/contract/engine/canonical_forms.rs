//! Addresses and names from versions before 44 are converted to canonical form; collisions are kept
//! and reported.

use domain::{
    ids::UserId,
    people::email::Email,
    ports::{AccountRename, Accounts, AddressChange, MemberQuery, Members, Users},
};
use sqlx::{AnyPool, AssertSqlSafe};

use crate::support::ContractDatabase;

/// Inserts users as an older version wrote them: number, address and name.
async fn older(raw: &AnyPool, people: &[(u32, &str, &str)]) {
    for (id, email, name) in people {
        let insert = "INSERT INTO users (id, email, name, name_folded, created_at) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(format!("{id:032}"))
            .bind(email.to_string())
            .bind(name.to_string())
            .bind(name.to_lowercase())
            .bind(i64::from(*id))
            .execute(raw)
            .await
            .unwrap();
    }
}

async fn older_account(raw: &AnyPool, id: u32, name: &str) {
    let insert = "INSERT INTO accounts (id, name, name_folded, created_at) VALUES ($1, $2, $3, $4)";
    sqlx::query(insert)
        .bind(format!("{id:032}"))
        .bind(name.to_owned())
        .bind(name.to_lowercase())
        .bind(i64::from(id))
        .execute(raw)
        .await
        .unwrap();
}

fn id(number: u32) -> UserId {
    format!("{number:032}").parse().unwrap()
}

async fn who(database: &ContractDatabase, typed: &str) -> Option<UserId> {
    let email: Email = typed.parse().unwrap();
    let found = database.store.credentials(&email).await.unwrap();
    found.map(|found| found.user)
}

#[tokio::test]
async fn s4_an_address_of_before_is_one_person_in_every_spelling() {
    let database = ContractDatabase::fresh().await;
    let raw = database.raw().await;
    older(
        &raw,
        &[
            (1, "eva@xn--exmple-cua.com", "Eva"),
            (2, "e\u{301}va@example.com", "Éva"),
            (3, "a\u{202e}b@example.com", "Ab\u{3164}"),
            (4, "max@example.com", "Max"),
        ],
    )
    .await;
    database.store.migrate().await.unwrap();
    assert_eq!(Users::collisions(&database.store).await.unwrap(), []);
    for (typed, number) in [
        ("eva@exämple.com", 1),
        ("EVA@XN--EXMPLE-CUA.COM", 1),
        ("éva@example.com", 2),
        ("e\u{301}va@example.com", 2),
        ("ab@example.com", 3),
        ("a\u{202e}b@example.com", 3),
        ("max@example.com", 4),
    ] {
        assert_eq!(who(&database, typed).await, Some(id(number)), "{typed:?}");
    }
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM users ORDER BY id")
        .fetch_all(&raw)
        .await
        .unwrap();
    assert_eq!(names, ["Eva", "Éva", "Ab\u{3164}", "Max"], "as they were");
    let user = Users::find(&database.store, &id(3)).await;
    let user = user.unwrap().unwrap();
    assert_eq!(
        user.name.as_str(),
        "Ab\u{3164}",
        "a stricter rule shuts nobody out"
    );
}

#[tokio::test]
async fn s4_two_people_with_spellings_of_one_address_both_stay() {
    let database = ContractDatabase::fresh().await;
    let raw = database.raw().await;
    older(
        &raw,
        &[
            (1, "eva@exämple.com", "First"),
            (2, "eva@xn--exmple-cua.com", "Second"),
        ],
    )
    .await;
    older(&raw, &[(3, "no\u{ad}@-.example.com", "Third")]).await;
    for _ in 0..2 {
        database.store.migrate().await.unwrap();
        assert_eq!(who(&database, "eva@exämple.com").await, Some(id(1)));
        assert_eq!(who(&database, "Eva@xn--exmple-cua.com").await, Some(id(2)));
        let told = Users::collisions(&database.store).await.unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|found| (&found.id, found.held_by.as_ref().map(|(id, _)| id)))
            .collect();
        assert_eq!(told, [(&id(2), Some(&id(1))), (&id(3), None)]);
    }

    // Another user's address is refused; a free one resolves the collision.
    let taken: Email = "EVA@exämple.com".parse().unwrap();
    assert_eq!(
        database.store.set_email(&id(2), &taken).await.unwrap(),
        AddressChange::Refused
    );
    let free: Email = "eva.second@example.com".parse().unwrap();
    assert_eq!(
        database.store.set_email(&id(2), &free).await.unwrap(),
        AddressChange::Changed
    );
    let punycode = who(&database, "eva@xn--exmple-cua.com").await;
    assert_eq!(punycode, Some(id(1)));
    assert_eq!(who(&database, free.as_str()).await, Some(id(2)));
    let nobody = database.store.set_email(&id(9), &free).await;
    assert_eq!(nobody.unwrap(), AddressChange::Refused);
    assert_eq!(Users::collisions(&database.store).await.unwrap().len(), 1);
}

#[tokio::test]
async fn s8_accounts_with_spellings_of_one_name_both_stay() {
    let database = ContractDatabase::fresh().await;
    let raw = database.raw().await;
    older_account(&raw, 1, "IŞIK").await;
    older_account(&raw, 2, "ışık").await;
    older_account(&raw, 3, "Straße").await;
    let store = &database.store;
    store.migrate().await.unwrap();
    let find = async |name: &str| {
        let found = Accounts::find(store, &name.parse().unwrap()).await;
        found.unwrap().map(|account| account.name.to_string())
    };
    assert_eq!(find("IŞIK").await.as_deref(), Some("IŞIK"));
    assert_eq!(find("ışık").await.as_deref(), Some("ışık"));
    assert_eq!(find("isik").await.as_deref(), Some("IŞIK"));
    assert_eq!(find("STRASSE").await.as_deref(), Some("Straße"));
    let told = Accounts::collisions(store).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].text, "ışık");
    let renamed = Accounts::rename(store, &told[0].id, &"Işık Ltd".parse().unwrap()).await;
    assert_eq!(renamed.unwrap(), AccountRename::Renamed);
    assert_eq!(Accounts::collisions(store).await.unwrap(), []);
}

/// S3, S8 and S16: a member is found by each reasonable spelling, equally on both engines.
#[tokio::test]
async fn s3_s8_s16_members_are_found_by_every_spelling() {
    let database = ContractDatabase::fresh().await;
    let raw = database.raw().await;
    older(
        &raw,
        &[
            (1, "a@example.com", "İbrahim Işık"),
            (2, "b@example.com", "IŞIL"),
            (3, "c@example.com", "Οδυσσέας"),
            (4, "d@example.com", "علی\u{200c}رضا"),
            (5, "e@exämple.com", "Žofia Müller"),
            (6, "f@example.com", "田中"),
        ],
    )
    .await;
    older_account(&raw, 9, "Acme").await;
    let join = "INSERT INTO memberships (user_id, account_id, role) SELECT u.id, a.id, 'member' FROM users u, accounts a";
    sqlx::query(AssertSqlSafe(join))
        .execute(&raw)
        .await
        .unwrap();
    let store = &database.store;
    store.migrate().await.unwrap();
    for (search, expected) in [
        ("ibrahim", vec![1]),
        ("İBRAHİM", vec![1]),
        ("ışık", vec![1]),
        ("isi", vec![1, 2]),
        ("ΟΔΥΣ", vec![3]),
        ("οδυς", vec![3]),
        ("علی\u{200c}رضا", vec![4]),
        ("علیرضا", vec![4]),
        ("عليرضا", vec![4]),
        ("muller", vec![5]),
        ("Mu\u{308}ller", vec![5]),
        ("EXÄMPLE.com", vec![5]),
        ("xn--exmple-cua.com", vec![5]),
        ("田", vec![6]),
        ("\u{301}", vec![]),
        ("\u{200d}", vec![]),
    ] {
        let query = MemberQuery {
            account: format!("{:032}", 9).parse().unwrap(),
            viewer: id(1),
            search: search.to_owned(),
            state: None,
            offset: 0,
            limit: None,
        };
        let mut found: Vec<_> = Members::page(store, query).await.unwrap().members;
        found.sort_by(|one, other| one.user.as_str().cmp(other.user.as_str()));
        let found: Vec<_> = found.into_iter().map(|member| member.user).collect();
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(found, expected, "{search:?}");
    }
}
