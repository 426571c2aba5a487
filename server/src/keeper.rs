//! Housekeeping while the server runs: seals new security events, deletes those that are kept long enough and whatever else is over, and
//! reads the key file again when it has changed.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use domain::{
    ports::{Clock, PortError},
    time::Timestamp,
    vault::Vault,
};
use storage::Store;
use tokio::{sync::oneshot, task::JoinHandle, time::MissedTickBehavior};

use crate::{context::source_of, keyfile};

type Stamp = (SystemTime, u64);

/// How often there is a look for new events and at the key file: each event is sealed within a second.
const SEAL_EVERY: Duration = Duration::from_millis(500);
/// How often there is a look for old ones, in looks for new ones: every hour.
const DELETE_EVERY: u32 = 7200;

/// How often there is a look for sessions, grants and counters that are over, in looks for new events: every minute.
const SWEEP_EVERY: u32 = 120;

/// What the keeper works with.
pub struct Keeper {
    /// The database.
    pub store: Arc<Store>,
    /// Its keys.
    pub vault: Arc<Vault>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The key file, which may get other keys while the server runs.
    pub key_file: PathBuf,
    /// How long events are kept.
    pub retention: Duration,
}

/// A keeper at work.
pub struct Keeping {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Begins to work beside the server.
    #[must_use]
    pub fn start(self) -> Keeping {
        let (stop, stopped) = oneshot::channel();
        Keeping {
            stop,
            task: tokio::spawn(self.run(stopped)),
        }
    }

    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut ticks = tokio::time::interval(SEAL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0_u32;
        let (mut fails, mut sweep_fails) = (false, false);
        let mut sweeps = false;
        let mut stamp = None;
        loop {
            self.reload(&mut stamp);
            let mut done = self.seal().await;
            if done.is_ok() && count.is_multiple_of(DELETE_EVERY) {
                done = self.delete_old().await;
            }
            report(&done, &mut fails, "security events can't be sealed");
            if sweeps || count.is_multiple_of(SWEEP_EVERY) {
                // A batch a tick: there may be more of them, and neither the seals nor anybody else waits for all.
                let swept = self.store.sweep(self.clock.now()).await;
                sweeps = matches!(swept, Ok(1..));
                report(&swept, &mut sweep_fails, "what is over can't be deleted");
            }
            count = count.wrapping_add(1);
            tokio::select! {
                _ = &mut stopped => break,
                _ = ticks.tick() => {}
            }
        }
        report(
            &self.seal().await,
            &mut fails,
            "security events can't be sealed",
        );
    }

    /// Reads the key file again when it has changed. One that can't be read changes nothing: the keys from before go on.
    fn reload(&self, stamp: &mut Option<Stamp>) {
        let now = keyfile::stamp(&self.key_file);
        if now.is_none() || *stamp == now {
            return;
        }
        *stamp = now;
        match keyfile::read(&self.key_file) {
            Ok(ring) => self.vault.reload(&ring),
            Err(error) => tracing::error!(%error, "the key file has changed and can't be used"),
        }
    }

    async fn seal(&self) -> Result<(), PortError> {
        let chain = self.vault.event_chain();
        while self.store.seal_events(chain, self.clock.now()).await? > 0 {}
        Ok(())
    }

    async fn delete_old(&self) -> Result<(), PortError> {
        let now = self.clock.now();
        let limit: Timestamp = now.minus(self.retention);
        let store = self.store.seen_from(domain::events::Origin::here(
            domain::events::Actor::System,
            now,
        ));
        while store.delete_events(self.vault.event_chain(), limit).await? > 0 {}
        Ok(())
    }
}

impl Keeping {
    /// Seals what is left and ends.
    pub async fn finish(self) {
        // The task waits for this; it may have ended by itself only by a panic, which is logged already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Once when it begins to fail and once when it works again, not twice a second.
fn report<T>(done: &Result<T, PortError>, fails: &mut bool, problem: &str) {
    match done {
        Err(error) if !*fails => {
            tracing::error!(reason = source_of(error), "{problem}");
            *fails = true;
        }
        Ok(_) if *fails => {
            tracing::info!("it works again: {problem}");
            *fails = false;
        }
        _ => {}
    }
}
