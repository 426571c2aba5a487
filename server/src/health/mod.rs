//! Liveness and readiness. Load balancers and service managers request these paths. No answer
//! contains user data, and none needs a session.

mod checks;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use domain::ports::Clock;
use serde_json::json;
use storage::Store;
use tokio::{sync::Mutex, time::Instant};

use crate::{config::Database, middleware::refusal::JSON};
pub use checks::{Checks, HealthReport, PENDING, clock_fault, look};

/// The path of the liveness check.
pub const LIVE: &str = "/livez";
/// The path of the readiness check.
pub const READY: &str = "/readyz";
/// Results are cached for this long: the database is asked once, however many clients ask.
const SHARED: Duration = Duration::from_secs(1);

/// What is checked, and the last results.
pub struct Health {
    store: Arc<Store>,
    database: Database,
    clock: Arc<dyn Clock>,
    stopping: AtomicBool,
    last: Mutex<Option<(Instant, Checks)>>,
}

impl Health {
    /// Creates the checks without a first result.
    #[must_use]
    pub fn new(store: Arc<Store>, database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            database,
            clock,
            stopping: AtomicBool::new(false),
            last: Mutex::new(None),
        }
    }

    /// From now on the server reports that it is not ready, whatever the database says.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Concurrent requests share one look: later ones wait for the first, at most
    /// [`checks::LIMIT`].
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day"
    )]
    async fn checks(&self) -> Checks {
        let mut last = self.last.lock().await;
        if let Some((at, found)) = *last
            && at.elapsed() < SHARED
        {
            return found;
        }
        let found = look(&self.store, &self.database, self.clock.now()).await;
        report(last.map(|(_, found)| found), &found);
        *last = Some((Instant::now(), found.checks));
        found.checks
    }
}

/// The route that needs a database.
pub fn routes(health: Arc<Health>) -> Router {
    Router::new().route(READY, get(ready)).with_state(health)
}

/// Answers that the process is alive, without asking the database.
pub async fn alive() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], "ok")
}

async fn ready(State(health): State<Arc<Health>>) -> Response {
    if health.stopping.load(Ordering::Acquire) {
        return answer(
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({ "serving": "stopping" }),
        );
    }
    // Runs in a separate task, because a client that disconnects must not cancel a look that others
    // wait for.
    let Ok(found) = tokio::spawn(async move { health.checks().await }).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = if found.all_hold() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    answer(status, &found.json())
}

fn answer(status: StatusCode, checks: &serde_json::Value) -> Response {
    let headers = [
        (CONTENT_TYPE, JSON),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = json!({ "ready": status == StatusCode::OK, "checks": checks }).to_string();
    (status, headers, body).into_response()
}

/// Logs once when the server stops being ready, whenever the reason changes, and once when it is
/// ready again.
fn report(before: Option<Checks>, found: &HealthReport) {
    let (was_ready, now) = (before.is_none_or(Checks::all_hold), found.checks);
    if !now.all_hold() && before != Some(now) {
        let reasons = json!(found.reasons);
        tracing::error!(checks = %now.json(), %reasons, "not ready");
    } else if now.all_hold() && !was_ready {
        tracing::info!("ready again");
    }
}
