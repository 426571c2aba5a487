//! A session ends while another request adds a row to it or takes one: both get an answer, and
//! neither deadlocks.

use domain::{
    ports::{
        AccountChoice, AccountRemoval, Accounts, Deletion, KeyPurpose, MethodChange, Mfa, Sessions,
        StepUps,
    },
    second_factor::step_up::Intent,
    time::Timestamp,
};

use crate::{
    people::memberships::owned,
    races::programs,
    support::{
        START, later,
        people::{code_set, newcomer, pending, protected, protected_user, somebody},
        rounds,
    },
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wish() {
    let (database, [one, other]) = programs().await;
    let ada = protected(&database.store).await;
    let asked = ada.asked(&ada.delete_intent());
    for _ in 0..rounds() {
        let mine = newcomer(&database, &ada.user).await.session;
        one.ask(&mine, &ada.user, asked.clone()).await.unwrap();
        let (asked, ended) =
            tokio::join!(one.ask(&mine, &ada.user, asked.clone()), other.end(&mine));
        asked.unwrap();
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant() {
    let (database, [one, other]) = programs().await;
    for round in 0..rounds() {
        let mut ada = protected(&database.store).await;
        let intent = [ada.delete_intent(), Intent::Generate, ada.reset_intent()][round % 3].clone();
        let grant = ada.granted(&database.store, &intent).await;
        let mine = ada.browser.session.clone();
        let taking = async {
            match intent {
                Intent::Generate => {
                    let (codes, _) = code_set(&grant.user, &grant.session);
                    one.generate(grant, codes).await.map(drop)
                }
                Intent::Reset { .. } => {
                    let purpose = KeyPurpose::Reset(ada.method.clone());
                    let key = ada.pending_key(purpose);
                    one.keep_pending_with_grant(key, grant).await.map(drop)
                }
                _ => {
                    let swap = ada.browser.swap();
                    let at = later(1);
                    one.delete(Deletion { swap, grant, at }).await.map(drop)
                }
            }
        };
        let (taken, ended) = tokio::join!(taking, other.end(&mine));
        taken.unwrap();
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pending_key() {
    let (database, [one, other]) = programs().await;
    let ada = somebody(&database.store).await;
    for _ in 0..rounds() {
        let mine = newcomer(&database, &ada).await;
        let key = pending(&database.store, &ada, &mine, START).await;
        let (kept, ended) = tokio::join!(
            one.keep_pending(key, Timestamp::default()),
            other.end(&mine.session)
        );
        kept.unwrap();
        ended.unwrap();
    }
    let mine = newcomer(&database, &ada).await;
    let key = pending(&database.store, &ada, &mine, START).await;
    one.end(&mine.session).await.unwrap();
    assert!(one.keep_pending(key, START).await.unwrap().is_none());
}

/// An Owner lifts the rule of their account while the operator removes the account.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_that_goes() {
    let (database, [one, other]) = programs().await;
    for _ in 0..rounds() {
        let (account, owner) = owned(&database.store).await;
        let mut ada = protected_user(&database.store, owner).await;
        let off = Intent::RuleOff {
            account: account.clone(),
        };
        let grant = ada.granted(&database.store, &off).await;
        let chosen = one.choose_account(&ada.browser.session, &account).await;
        assert_eq!(chosen.unwrap(), AccountChoice::Chosen);
        let (lifted, removed) = tokio::join!(
            one.lift_rule(grant, later(1)),
            Accounts::remove(&*other, &account)
        );
        lifted.unwrap();
        assert_eq!(removed.unwrap(), AccountRemoval::Removed);
    }
}

/// A user chooses an account to work in while the operator removes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_choice_of_an_account_that_goes() {
    let (database, [one, other]) = programs().await;
    for _ in 0..rounds() {
        let (account, owner) = owned(&database.store).await;
        let mine = newcomer(&database, &owner).await.session;
        let (chosen, removed) = tokio::join!(
            one.choose_account(&mine, &account),
            Accounts::remove(&*other, &account)
        );
        chosen.unwrap();
        assert_eq!(removed.unwrap(), AccountRemoval::Removed);
        let late = one.choose_account(&mine, &account).await.unwrap();
        assert_eq!(late, AccountChoice::NotTheirs);
    }
}

/// The operator removes the method and all sessions while the user ends one of them that has a
/// pending key.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_that_a_person_has() {
    let (database, [one, other]) = programs().await;
    for _ in 0..rounds() {
        let ada = protected(&database.store).await;
        let second = newcomer(&database, &ada.user).await;
        pending(&database.store, &ada.user, &second, START).await;
        let (reset, ended) =
            tokio::join!(one.reset_by_operator(&ada.user), other.end(&second.session));
        assert_eq!(reset.unwrap(), MethodChange::Done);
        ended.unwrap();
    }
}
