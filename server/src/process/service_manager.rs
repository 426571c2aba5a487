//! Notifies systemd (`sd_notify(3)`). Without `NOTIFY_SOCKET` every call does nothing.

use sd_notify::NotifyState;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

/// Reports that the server is ready. If the unit has a watchdog, it is notified twice per watchdog
/// period until the task is aborted: if all threads of the runtime hang, the notifications stop and
/// systemd restarts the server.
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

/// Reports that the server was told to stop and finishes the requests in progress.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager could not be notified");
    }
}
