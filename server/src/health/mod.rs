//! Whether the process lives, and whether it should be given work. What balancers and service managers ask, and nobody else: no answer
//! says anything about people, and none needs a session.

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
pub use checks::{Checks, Look, PENDING, clock_fault, look};

/// Where the process says that it lives.
pub const LIVE: &str = "/livez";
/// Where it says whether it should be given work.
pub const READY: &str = "/readyz";
/// How long a look is good for: however many ask, the database is asked once.
const SHARED: Duration = Duration::from_secs(1);

/// What is looked at, and what was found last.
pub struct Health {
    store: Arc<Store>,
    database: Database,
    clock: Arc<dyn Clock>,
    stopping: AtomicBool,
    last: Mutex<Option<(Instant, Checks)>>,
}

impl Health {
    /// Nothing was looked at yet.
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

    /// From now on it is not ready, whatever the database says.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whoever comes while somebody looks waits for what they find. It ends within [`checks::LIMIT`] all the same.
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

/// The path that needs a database.
pub fn routes(health: Arc<Health>) -> Router {
    Router::new().route(READY, get(ready)).with_state(health)
}

/// The process lives; whether its database does is not asked.
pub async fn alive() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], "ok")
}

async fn ready(State(health): State<Arc<Health>>) -> Response {
    if health.stopping.load(Ordering::Acquire) {
        return answer(false, &json!({ "serving": "stopping" }));
    }
    // In a task of its own: a client that goes away ends no look that others wait for.
    let Ok(found) = tokio::spawn(async move { health.checks().await }).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    answer(found.all_hold(), &found.json())
}

fn answer(is_ready: bool, checks: &serde_json::Value) -> Response {
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let headers = [
        (CONTENT_TYPE, JSON),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = json!({ "ready": is_ready, "checks": checks }).to_string();
    (status, headers, body).into_response()
}

/// Once when it stops to be ready, whenever the reason changes, and once when it is ready again.
fn report(before: Option<Checks>, found: &Look) {
    let (was_ready, now) = (before.is_none_or(Checks::all_hold), found.checks);
    if !now.all_hold() && before != Some(now) {
        let reasons = json!(found.reasons);
        tracing::error!(checks = %now.json(), %reasons, "not ready");
    } else if now.all_hold() && !was_ready {
        tracing::info!("ready again");
    }
}
