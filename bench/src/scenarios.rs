//! What is asked of Twinlock.

use std::{cell::Cell, time::Duration};

use anyhow::{Context, Result};

use crate::{
    clock,
    figures::Run,
    load::{Outcome, closed_loop, flawless},
    people::{House, PASSWORD, Person},
    twinlock::{Browser, Twinlock, judged},
};

/// What a complete sign-in answers.
const FULL: &str = r#""standing":"full""#;
/// What a right password answers while the code is owed.
const HALF: &str = r#""standing":"half_signed_in""#;

/// How a scenario is run.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Clients that ask one thing after another.
    pub clients: usize,
    /// For how long.
    pub time: Duration,
}

/// Whose turn it is: each person comes once a run.
struct Queue<'a> {
    people: &'a [Person],
    next: Cell<usize>,
}

impl<'a> Queue<'a> {
    const fn of(people: &'a [Person]) -> Self {
        Self {
            people,
            next: Cell::new(0),
        }
    }

    fn next(&self) -> Option<(usize, &'a Person)> {
        let at = self.next.get();
        self.next.set(at + 1);
        Some((at, self.people.get(at)?))
    }
}

/// Password and code.
pub async fn full_sign_in(twinlock: &Twinlock, house: &mut House, load: Load) -> Result<Run> {
    house.forgive().await?;
    let queue = Queue::of(&house.people);
    let mut browsers = browsers(twinlock, load.clients);
    let run = closed_loop(
        &twinlock.process,
        &mut browsers,
        load.time,
        async |browser| {
            let Some((_, person)) = queue.next() else {
                return Ok(Outcome::Exhausted);
            };
            sign_in(browser, person).await
        },
    );
    flawless(run.await?)
}

/// One person signs in.
pub async fn sign_in(browser: &mut Browser, person: &Person) -> Result<Outcome> {
    let answer = browser.password(&person.email, PASSWORD).await?;
    if let refused @ Outcome::Refused(_) = judged(&answer, HALF) {
        return Ok(refused);
    }
    let answer = browser.code(&person.code(clock::step())).await?;
    Ok(judged(&answer, FULL))
}

/// The code alone, by people who gave their password before.
pub async fn second_factor(
    twinlock: &Twinlock,
    house: &mut House,
    load: Load,
    wrong: bool,
) -> Result<Run> {
    house.forgive().await?;
    let count = house.people.len();
    let tokens = house.sessions(0..count, false).await?;
    let queue = Queue::of(&house.people);
    let mut browsers = browsers(twinlock, load.clients);
    let run = closed_loop(
        &twinlock.process,
        &mut browsers,
        load.time,
        async |browser| {
            let Some((at, person)) = queue.next() else {
                return Ok(Outcome::Exhausted);
            };
            let token = tokens.get(at).context("a session each")?;
            browser.cookie = format!("twinlock={token}");
            // A code of long ago: wrong, and not `just expired` or `already used`.
            let step = if wrong {
                clock::step() - 1000
            } else {
                clock::step()
            };
            let answer = browser.code(&person.code(step)).await?;
            Ok(match wrong {
                true if answer.status == 422 || answer.status == 401 || answer.status == 400 => {
                    Outcome::Right
                }
                true => Outcome::Refused(answer.status),
                false => judged(&answer, FULL),
            })
        },
    );
    flawless(run.await?)
}

/// Who am I, by people who are signed in.
pub async fn read(twinlock: &Twinlock, house: &mut House, load: Load) -> Result<Run> {
    house.forgive().await?;
    let tokens = house.sessions(0..load.clients, true).await?;
    let with_session = |token: &String| Browser::with_session(twinlock.address, token);
    let mut browsers: Vec<Browser> = tokens.iter().map(with_session).collect();
    let run = closed_loop(
        &twinlock.process,
        &mut browsers,
        load.time,
        async |browser| Ok(judged(&browser.whoami().await?, FULL)),
    );
    flawless(run.await?)
}

fn browsers(twinlock: &Twinlock, count: usize) -> Vec<Browser> {
    (0..count).map(|_| Browser::new(twinlock.address)).collect()
}
