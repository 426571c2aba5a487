//! Codes of applications that are taken twice at once, or while something that they depend on ends.

use domain::{
    people::roles::Role,
    ports::{
        Accounts, ApplicationEdit, Applications, CodeTake, Members, MembershipChange, Sessions,
        Users,
    },
};

use sqlx::{AnyConnection, Row};

use crate::{
    people::memberships::{joined, owned},
    races::{at_once, programs},
    support::{
        applications::{added, draw, enter, is_in, restricted, visit},
        later,
        people::newcomer,
        rounds,
    },
};

const TAKERS: usize = 8;

/// The codes and the sessions that are left. Each round reads them on the same connection.
async fn left(raw: &mut AnyConnection) -> (i64, i64) {
    const LEFT: &str = "
        SELECT (SELECT COUNT(*) FROM application_codes), (SELECT COUNT(*) FROM application_sessions)";
    let row = sqlx::query(LEFT).fetch_one(raw).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_takers_of_a_code_gets_in() {
    let (database, programs) = programs().await;
    let (_, ada) = owned(&database.store).await;
    let grafana = added(&database.store, "Grafana").await;
    let mine = newcomer(&database, &ada).await;
    let visit = visit(&grafana, &mine.session, None);
    for _ in 0..rounds() {
        let code = draw(&database.store, &visit).await;
        let results = at_once(&programs, TAKERS, |store, _| {
            let taken = visit.taken(&code);
            async move { (taken.token, store.take_code(taken).await.unwrap()) }
        });
        let results = results.await;
        let opened = |result: &CodeTake| matches!(result, CodeTake::Opened { .. });
        let winners = results.iter().filter(|(_, result)| opened(result)).count();
        assert_eq!(winners, 1);
        for (token, result) in results {
            assert_eq!(is_in(&database.store, &visit, token).await, opened(&result));
        }
    }
}

/// Whichever comes first: no session of the application is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_taken_while_the_session_ends() {
    let (database, [one, other]) = programs().await;
    let mut raw = database.connection().await;
    let (acme, ada) = owned(&database.store).await;
    let grafana = added(&database.store, "Grafana").await;
    for _ in 0..rounds() {
        let mine = newcomer(&database, &ada).await;
        let visit = visit(&grafana, &mine.session, Some(&acme));
        let (code, next) = (draw(&one, &visit).await, visit.code());
        let (taken, drawn, ended) = tokio::join!(
            one.take_code(visit.taken(&code)),
            one.draw_code(next),
            Sessions::end(&*other, &mine.session)
        );
        taken.unwrap();
        drawn.unwrap();
        ended.unwrap();
        assert_eq!(left(&mut raw).await, (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_taken_while_the_membership_or_the_user_goes() {
    let (database, [one, other]) = programs().await;
    let mut raw = database.connection().await;
    let (acme, _) = owned(&database.store).await;
    let grafana = restricted(&database.store, "Grafana", std::slice::from_ref(&acme)).await;
    for round in 0..rounds() {
        let bob = joined(&database.store, &acme, Role::Member).await;
        let mine = newcomer(&database, &bob).await;
        let visit = visit(&grafana, &mine.session, Some(&acme));
        enter(&one, &visit).await;
        let (code, next) = (draw(&one, &visit).await, visit.code());
        let going = async {
            if round % 2 == 0 {
                let gone = other.leave(&bob, &acme).await.unwrap();
                assert_eq!(gone, MembershipChange::Done);
            } else {
                Users::remove(&*other, &bob).await.unwrap();
            }
        };
        let taken = visit.taken(&code);
        let (taken, drawn, ()) = tokio::join!(one.take_code(taken), one.draw_code(next), going);
        taken.unwrap();
        drawn.unwrap();
        assert_eq!(left(&mut raw).await, (0, 0));
    }
}

/// The account goes while the application lists it anew or goes itself, and a person enters.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_taken_while_the_account_and_the_application_change() {
    let (database, [one, other]) = programs().await;
    let mut raw = database.connection().await;
    for round in 0..rounds() {
        let (acme, ada) = owned(&database.store).await;
        let bob = joined(&database.store, &acme, Role::Member).await;
        let listed = std::slice::from_ref(&acme);
        let grafana = restricted(&database.store, &format!("Grafana {round}"), listed).await;
        let mut visits = Vec::new();
        for user in [&ada, &bob] {
            let mine = newcomer(&database, user).await;
            let visit = visit(&grafana, &mine.session, Some(&acme));
            enter(&one, &visit).await;
            visits.push((draw(&one, &visit).await, visit));
        }
        let edit = ApplicationEdit {
            origin: Some(format!("https://moved{round}.example.com").parse().unwrap()),
            ..ApplicationEdit::default()
        };
        let going = async {
            if round % 2 == 0 {
                Accounts::remove(&*other, &acme).await.map(drop)
            } else {
                Sessions::end(&*other, &visits[0].1.session).await
            }
        };
        let changing = async {
            if round % 3 == 0 {
                Applications::remove(&*one, &grafana.id).await.map(drop)
            } else {
                Applications::edit(&*one, &grafana.id, edit, later(1))
                    .await
                    .map(drop)
            }
        };
        let (first, second, gone, changed) = tokio::join!(
            one.take_code(visits[0].1.taken(&visits[0].0)),
            other.take_code(visits[1].1.taken(&visits[1].0)),
            going,
            changing
        );
        first.unwrap();
        second.unwrap();
        gone.unwrap();
        changed.unwrap();
        assert_eq!(left(&mut raw).await, (0, 0), "round {round}");
    }
}
