//! Ten times as many people as a server can sign in: it goes on at its pace, refuses the rest at once, and whoever owes only their code is
//! not kept waiting behind passwords.

use std::{cell::RefCell, time::Duration};

use anyhow::Result;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::sleep;

use crate::{
    client::{
        clock::instant,
        load::{Outcome, flawless, paced_loop},
    },
    results::figures::Run,
    runs::scenarios::sign_in,
    sites::{Browser, Guest, Site, Stage},
};

/// How many times what the server can do.
const TIMES: f64 = 10.0;
/// Clients that give codes beside it, to tell how long a code takes by then.
const BESIDE: usize = 2;
/// Between two codes of one of them: they look at the server and are no load of their own, which would take its part of the core.
const THINK: Duration = Duration::from_millis(100);

/// What came of it.
pub struct Overload {
    /// The sign-ins, right and refused.
    pub sign_ins: Run,
    /// The codes of people who had given their password before.
    pub codes: Run,
}

/// Lets people come at ten times the rate that was the most, whether the others have been answered or not.
pub async fn overload(site: &mut impl Site, peak: f64, time: Duration) -> Result<Overload> {
    // Without a session, as those were whose rate was the most. First, as each call forgets the sessions of the one before.
    let strangers = site.guests(Stage::Strangers).await?;
    let half = site.guests(Stage::HalfSignedIn).await?;
    let strangers = &strangers[strangers.len() / 2..];
    let half = &half[..half.len() / 2];
    let site = &*site;
    let half = RefCell::new(half.iter());
    let mut beside: Vec<_> = (0..BESIDE).map(|_| site.browser()).collect();
    let codes = paced_loop(
        || site.cpu(),
        &mut beside,
        time,
        THINK,
        async |browser| {
            let Some(guest) = half.borrow_mut().next() else {
                return Ok(Outcome::Exhausted);
            };
            browser.sit_down(guest);
            browser.code(&guest.code()).await
        },
    );
    let (sign_ins, codes) = tokio::join!(open_loop(site, strangers, peak * TIMES, time), codes);
    Ok(Overload {
        sign_ins: sign_ins?,
        codes: flawless(codes?)?,
    })
}

async fn open_loop<S: Site>(site: &S, guests: &[Guest], rate: f64, time: Duration) -> Result<Run> {
    let idle = RefCell::new(Vec::new());
    let one = async |guest: &Guest| {
        let free = idle.borrow_mut().pop();
        let mut browser: S::Browser = free.unwrap_or_else(|| site.browser());
        browser.sit_down(guest);
        let before = instant();
        let outcome = sign_in(&mut browser, guest).await;
        let took = before.elapsed();
        idle.borrow_mut().push(browser);
        Ok::<_, anyhow::Error>((outcome?, took))
    };
    let (mut right, mut refused) = (Vec::new(), Vec::new());
    let mut note = |(outcome, took)| match outcome {
        Outcome::Right => right.push(took),
        Outcome::Refused(status) => refused.push((status, took)),
        Outcome::Exhausted => {}
    };
    let gap = Duration::from_secs_f64(1.0 / rate);
    let (begin, cpu) = (instant(), site.cpu());
    let (mut due, mut next) = (begin, guests.iter());
    let mut under_way = FuturesUnordered::new();
    while begin.elapsed() < time {
        // Those whose time has come, however late the clock of this loop is.
        while due <= instant() {
            under_way.extend(next.next().map(&one));
            due += gap;
        }
        tokio::select! {
            () = sleep(gap) => {}
            Some(done) = under_way.next() => note(done?),
        }
    }
    let wall = begin.elapsed();
    let cpu = site.cpu() - cpu;
    drop(under_way);
    Ok(Run::new(right, refused, wall, cpu))
}
