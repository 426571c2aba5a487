//! What systemd is told (`sd_notify(3)`). Without `NOTIFY_SOCKET` all of it does nothing.

use sd_notify::NotifyState;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

/// The server answers from here on. Where the unit has a watchdog, it hears of the server twice in its time until the task is aborted: a
/// runtime whose threads all hang says nothing any more, and is started anew.
pub fn ready() -> JoinHandle<()> {
    tell(NotifyState::Ready);
    tokio::spawn(async {
        let Some(time) = sd_notify::watchdog_enabled() else {
            return;
        };
        let mut ticks = interval(time / 2);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            tell(NotifyState::Watchdog);
        }
    })
}

/// It was told to stop; what is in progress is being finished.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
