//! Ten times more sign-ins than a server can process: it must keep its throughput, refuse the rest
//! at once, and answer codes without waiting behind passwords.

use std::{cell::RefCell, time::Duration};

use anyhow::Result;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::sleep;

use crate::{
    client::{
        clock::instant,
        load::{RequestOutcome, flawless, paced_loop},
    },
    results::figures::MeasuredRun,
    runs::scenarios::sign_in,
    sites::{Guest, MeasuredSite, SignInClient, SignInStage},
};

/// The load, as a multiple of the server's peak rate.
const TIMES: f64 = 10.0;
/// Clients that send codes during the overload, to measure their response time.
const BESIDE: usize = 2;
/// The pause between two codes of a client, so that measuring adds little load of its own.
const THINK: Duration = Duration::from_millis(100);

/// The result of an overload.
pub struct Overload {
    /// The sign-ins, right and refused.
    pub sign_ins: MeasuredRun,
    /// The codes of users who had given their password before.
    pub codes: MeasuredRun,
}

/// Starts sign-ins at ten times the peak rate, whether or not earlier ones have been answered.
pub async fn overload(site: &mut impl MeasuredSite, peak: f64, time: Duration) -> Result<Overload> {
    // Without a session, like the guests of the peak rate. Called first, because each call deletes
    // the sessions of the previous one.
    let strangers = site.guests(SignInStage::Strangers).await?;
    let half = site.guests(SignInStage::HalfSignedIn).await?;
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
                return Ok(RequestOutcome::Exhausted);
            };
            browser.act_as(guest);
            browser.code(&guest.code()).await
        },
    );
    let (sign_ins, codes) = tokio::join!(open_loop(site, strangers, peak * TIMES, time), codes);
    Ok(Overload {
        sign_ins: sign_ins?,
        codes: flawless(codes?)?,
    })
}

async fn open_loop<S: MeasuredSite>(
    site: &S,
    guests: &[Guest],
    rate: f64,
    time: Duration,
) -> Result<MeasuredRun> {
    let idle = RefCell::new(Vec::new());
    let one = async |guest: &Guest| {
        let free = idle.borrow_mut().pop();
        let mut browser: S::Client = free.unwrap_or_else(|| site.browser());
        browser.act_as(guest);
        let before = instant();
        let outcome = sign_in(&mut browser, guest).await;
        let took = before.elapsed();
        idle.borrow_mut().push(browser);
        Ok::<_, anyhow::Error>((outcome?, took))
    };
    let (mut right, mut refused) = (Vec::new(), Vec::new());
    let mut note = |(outcome, took)| match outcome {
        RequestOutcome::Right => right.push(took),
        RequestOutcome::Refused(status) => refused.push((status, took)),
        RequestOutcome::Exhausted => {}
    };
    let gap = Duration::from_secs_f64(1.0 / rate);
    let (begin, cpu) = (instant(), site.cpu());
    let (mut due, mut next) = (begin, guests.iter());
    let mut under_way = FuturesUnordered::new();
    while begin.elapsed() < time {
        // Starts all sign-ins that are due, even if this loop is late.
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
    Ok(MeasuredRun::new(right, refused, wall, cpu))
}
