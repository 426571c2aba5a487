//! Clients that send one request after another.

use std::{cell::RefCell, future::Future, time::Duration};

use anyhow::{Result, bail, ensure};
use futures_util::future::join_all;
use tokio::time::sleep;

use crate::{client::clock::instant, machine::cpu::Cpu, results::figures::MeasuredRun};

/// The outcome of one request of a scenario.
pub enum RequestOutcome {
    /// The expected answer.
    Right,
    /// Another answer, with its status.
    Refused(u16),
    /// No guest is left for another request.
    Exhausted,
}

/// Lets each client repeat its request until `time` has passed. `step` borrows its client for one
/// request.
pub async fn closed_loop<Client>(
    spent: impl Fn() -> Cpu,
    clients: &mut [Client],
    time: Duration,
    step: impl AsyncFn(&mut Client) -> Result<RequestOutcome>,
) -> Result<MeasuredRun> {
    paced_loop(spent, clients, time, Duration::ZERO, step).await
}

/// Like [`closed_loop`], but each client pauses for `think` between requests.
pub async fn paced_loop<Client>(
    spent: impl Fn() -> Cpu,
    clients: &mut [Client],
    time: Duration,
    think: Duration,
    step: impl AsyncFn(&mut Client) -> Result<RequestOutcome>,
) -> Result<MeasuredRun> {
    let (right, refused) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let (cpu, begin) = (spent(), instant());
    let end = begin + time;
    let each = clients.iter_mut().map(|client| async {
        while instant() < end {
            let before = instant();
            match step(client).await? {
                RequestOutcome::Right => right.borrow_mut().push(before.elapsed()),
                RequestOutcome::Refused(status) => {
                    refused.borrow_mut().push((status, before.elapsed()));
                }
                RequestOutcome::Exhausted => break,
            }
            if !think.is_zero() {
                sleep(think).await;
            }
        }
        Ok(())
    });
    all(each).await?;
    let (wall, cpu) = (begin.elapsed(), spent() - cpu);
    Ok(MeasuredRun::new(
        right.into_inner(),
        refused.into_inner(),
        wall,
        cpu,
    ))
}

async fn all(each: impl Iterator<Item = impl Future<Output = Result<()>>>) -> Result<()> {
    join_all(each).await.into_iter().collect()
}

/// Fails if any answer was refused, because such a run measures nothing.
pub fn flawless(run: MeasuredRun) -> Result<MeasuredRun> {
    if let Some((status, _)) = run.refused.first() {
        bail!(
            "{} of {} answers were refused, the first with {status}",
            run.refused.len(),
            run.refused.len() + run.latencies.len()
        );
    }
    ensure!(
        !run.latencies.is_empty(),
        "nobody was left who could ask: take fewer --runs"
    );
    Ok(run)
}
