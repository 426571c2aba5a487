//! Captures the statements that the driver executes.

use std::sync::{Mutex, Once};

use tracing::{
    Event, Instrument, Subscriber,
    field::{Field, Visit},
    info_span,
    subscriber::set_global_default,
};
use tracing_subscriber::{
    Layer,
    filter::filter_fn,
    layer::{Context, SubscriberExt},
    registry,
    registry::LookupSpan,
};

/// The driver's log target.
const STATEMENTS: &str = "sqlx::query";
/// Only statements in a span of this name are captured, because other tests run at the same time.
const SPAN: &str = "heard";

const EXPLAINED: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The statements that this work executed.
pub async fn hear(work: impl Future<Output = ()>) -> Vec<String> {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| {
        let listened = filter_fn(|facts| facts.target() == STATEMENTS || facts.name() == SPAN);
        set_global_default(registry().with(StatementListener.with_filter(listened))).unwrap();
    });
    work.instrument(info_span!(SPAN)).await;
    let heard = std::mem::take(&mut *HEARD.lock().unwrap());
    // On a file, several statements may be joined in one text. Each has its own plan.
    let each = heard.iter().flat_map(|text| text.split(';')).map(str::trim);
    // Other statements begin and end transactions, or read a setting.
    each.filter(|sql| EXPLAINED.iter().any(|verb| sql.starts_with(verb)))
        .map(str::to_owned)
        .collect()
}

struct StatementListener;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for StatementListener {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut spans = context.event_scope(event).into_iter().flatten();
        if spans.any(|span| span.name() == SPAN) {
            let mut statement = SeenStatement::default();
            event.record(&mut statement);
            HEARD.lock().unwrap().push(statement.text());
        }
    }
}

/// The driver logs short statements in the summary only.
#[derive(Default)]
struct SeenStatement {
    summary: String,
    whole: String,
}

impl SeenStatement {
    fn text(self) -> String {
        let whole = self.whole.trim();
        let text = if whole.is_empty() {
            &self.summary
        } else {
            whole
        };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Visit for SeenStatement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
