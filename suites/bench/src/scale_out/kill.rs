//! Kills one of two instances under load: only its running requests may fail, and its sessions must
//! continue at the other instance.

use std::{
    cell::RefCell,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use tokio::time::sleep;

use super::site::BalancedSite;
use crate::{
    client::clock::instant,
    results::{
        figures::{Spread, millis},
        report::{BenchReport, Bound},
    },
    runs::scenarios::ClientLoad,
    sites::{
        Guest, MeasuredSite, SignInClient, SignInStage,
        twinlock::{FULL, ServerSetting, TwinlockClient},
    },
};

/// The result of one step.
struct CodeAttempt {
    /// When the answer arrived.
    at: Instant,
    /// The status; zero if there was no answer.
    status: u16,
    /// The instances that nginx tried, in order.
    asked: String,
    /// The session that the step completed, or `None` if it failed.
    session: Option<Guest>,
}

/// The effects of one kill.
struct KillEffect {
    steps: usize,
    failed: usize,
    /// From the kill to the last failed answer, in milliseconds.
    until: f64,
    /// Steps that the killed instance refused and the other one processed.
    passed_on: usize,
    /// Sessions that the killed instance had opened, and how many of them the other one accepted.
    sessions: (usize, usize),
}

/// Kills the two instances in alternation.
pub async fn measure(
    times: usize,
    load: ClientLoad,
    setting: &ServerSetting,
    site: &mut BalancedSite,
    report: &mut BenchReport,
) -> Result<()> {
    let mut all = Vec::new();
    for number in 0..times {
        let victim = number % site.instances.len();
        all.push(kill(victim, load, site).await?);
        let instance = site.instances.get_mut(victim).context("no such instance")?;
        instance.up(setting).await?;
    }
    let of = |value: &dyn Fn(&KillEffect) -> usize| all.iter().map(value).sum::<usize>();
    report.note(&format!(
        "{times} kills (SIGKILL): {} of {} steps failed, the last one {} ms after its kill; {} were refused by the one that was down and taken by the other.",
        of(&|killed| killed.failed),
        of(&|killed| killed.steps),
        Spread::of(all.iter().map(|killed| killed.until)),
        of(&|killed| killed.passed_on),
    ));
    let failed = Spread::of(all.iter().map(|killed| number(killed.failed)));
    let most = Bound::AtMost(number(load.clients));
    report.budget(
        "killed: failed steps, beside those in hand",
        failed,
        "steps",
        most,
    );
    let share = all.iter().map(|killed| {
        let (opened, known) = killed.sessions;
        100.0 * number(known) / number(opened)
    });
    report.budget(
        &format!(
            "killed: its {} sessions that go on at the other",
            of(&|killed| killed.sessions.0)
        ),
        Spread::of(share),
        "%",
        Bound::AtLeast(100.0),
    );
    Ok(())
}

async fn kill(victim: usize, load: ClientLoad, site: &mut BalancedSite) -> Result<KillEffect> {
    let guests = RefCell::new(site.guests(SignInStage::HalfSignedIn).await?.into_iter());
    let steps = RefCell::new(Vec::new());
    let end = instant() + load.time;
    let mut visitors: Vec<_> = (0..load.clients).map(|_| site.browser()).collect();
    let clients = visitors.iter_mut().map(async |visitor| {
        while instant() < end {
            let Some(guest) = guests.borrow_mut().next() else {
                break;
            };
            let step = step(visitor, guest).await;
            steps.borrow_mut().push(step);
        }
    });
    let instance = site.instances.get_mut(victim).context("no such instance")?;
    let address = instance.address;
    let killing = async {
        sleep(load.time / 2).await;
        let at = instant();
        instance.kill();
        at
    };
    let (_, at) = tokio::join!(join_all(clients), killing);
    judge_steps(steps.into_inner(), address, at, site).await
}

async fn step(visitor: &mut TwinlockClient, guest: Guest) -> CodeAttempt {
    visitor.act_as(&guest);
    let answer = visitor.verify(&guest.code()).await;
    let at = instant();
    match answer {
        Ok(answer) => CodeAttempt {
            at,
            status: answer.status,
            session: answer.holds(FULL).then(|| Guest {
                cookies: visitor.cookie().to_owned(),
                ..guest
            }),
            asked: answer.instance.unwrap_or_default(),
        },
        Err(_) => CodeAttempt {
            at,
            status: 0,
            asked: String::new(),
            session: None,
        },
    }
}

async fn judge_steps(
    steps: Vec<CodeAttempt>,
    address: SocketAddr,
    killed: Instant,
    site: &BalancedSite,
) -> Result<KillEffect> {
    let address = address.to_string();
    let (mut failed, mut until, mut opened) = (0, Duration::ZERO, Vec::new());
    for step in &steps {
        match &step.session {
            Some(session) if step.asked == address => opened.push(session),
            Some(_) => {}
            None => {
                ensure!(
                    step.at >= killed && step.asked.starts_with(&address),
                    "a step failed ({}) that the killed one did not have: {}",
                    step.status,
                    step.asked
                );
                failed += 1;
                until = until.max(step.at - killed);
            }
        }
    }
    ensure!(!opened.is_empty(), "nobody was signed in there");
    let (mut browser, mut known) = (site.browser(), 0);
    for session in &opened {
        browser.act_as(session);
        if browser
            .call("/api/session/whoami", "{}".to_owned())
            .await?
            .holds(FULL)
        {
            known += 1;
        }
    }
    let both = |step: &&CodeAttempt| step.session.is_some() && step.asked.contains(", ");
    Ok(KillEffect {
        failed,
        until: millis(until),
        passed_on: steps.iter().filter(both).count(),
        sessions: (opened.len(), known),
        steps: steps.len(),
    })
}

#[allow(clippy::cast_precision_loss)]
fn number(count: usize) -> f64 {
    count as f64
}
