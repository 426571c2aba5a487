//! The scenarios: clients that send one request after another.

use std::{cell::Cell, time::Duration};

use anyhow::Result;

use crate::{
    client::load::{RequestOutcome, closed_loop, flawless},
    results::figures::MeasuredRun,
    sites::{Guest, MeasuredSite, SignInClient, SignInStage},
};

/// How a scenario is run.
#[derive(Debug, Clone, Copy)]
pub struct ClientLoad {
    /// The number of concurrent clients.
    pub clients: usize,
    /// The duration.
    pub time: Duration,
}

/// Password and code.
pub async fn full_sign_in(site: &mut impl MeasuredSite, load: ClientLoad) -> Result<MeasuredRun> {
    let guests = site.guests(SignInStage::Strangers).await?;
    run(site, load, &guests, async |browser, guest: &Guest| {
        browser.act_as(guest);
        sign_in(browser, guest).await
    })
    .await
}

/// One guest signs in.
pub async fn sign_in(browser: &mut impl SignInClient, guest: &Guest) -> Result<RequestOutcome> {
    match browser.password(&guest.email).await? {
        RequestOutcome::Right => browser.code(&guest.code()).await,
        other => Ok(other),
    }
}

/// Only the code, by users who gave their password before.
pub async fn second_factor(site: &mut impl MeasuredSite, load: ClientLoad) -> Result<MeasuredRun> {
    let guests = site.guests(SignInStage::HalfSignedIn).await?;
    run(site, load, &guests, async |browser, guest: &Guest| {
        browser.act_as(guest);
        browser.code(&guest.code()).await
    })
    .await
}

/// Like [`second_factor`], but with a wrong code.
pub async fn wrong_code(site: &mut impl MeasuredSite, load: ClientLoad) -> Result<MeasuredRun> {
    let guests = site.guests(SignInStage::HalfSignedIn).await?;
    run(site, load, &guests, async |browser, guest: &Guest| {
        browser.act_as(guest);
        browser.wrong_code(&guest.stale_code()).await
    })
    .await
}

/// Reads the signed-in user, by users who are signed in.
pub async fn read(site: &mut impl MeasuredSite, load: ClientLoad) -> Result<MeasuredRun> {
    let guests = site.guests(SignInStage::SignedIn(load.clients)).await?;
    let seated = guests.iter().map(|guest| {
        let mut browser = site.browser();
        browser.act_as(guest);
        browser
    });
    let mut browsers: Vec<_> = seated.collect();
    let run = closed_loop(
        || site.cpu(),
        &mut browsers,
        load.time,
        async |browser| browser.read().await,
    );
    flawless(run.await?)
}

/// Each guest is used once, by the next free client.
pub async fn run<S: MeasuredSite, G>(
    site: &S,
    load: ClientLoad,
    guests: &[G],
    step: impl AsyncFn(&mut S::Client, &G) -> Result<RequestOutcome>,
) -> Result<MeasuredRun> {
    let next = Cell::new(0);
    let mut browsers: Vec<_> = (0..load.clients).map(|_| site.browser()).collect();
    let run = closed_loop(
        || site.cpu(),
        &mut browsers,
        load.time,
        async |browser| {
            let Some(guest) = guests.get(next.replace(next.get() + 1)) else {
                return Ok(RequestOutcome::Exhausted);
            };
            step(browser, guest).await
        },
    );
    flawless(run.await?)
}
