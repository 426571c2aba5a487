//! The spans of a request: each call of a port stands below its request and use case, and no field
//! holds a secret.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use tracing::{
    Dispatch, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber,
    span::{Attributes, Id, Record},
    subscriber::NoSubscriber,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

use crate::support::{MemberWithMfa, TestServer};

/// The field by which a span of a port is known.
const OPERATION: &str = "db.operation.name";

/// A span, with the place of its parent in the list.
#[derive(Clone)]
struct SeenSpan {
    name: &'static str,
    parent: Option<usize>,
    fields: Vec<(&'static str, String)>,
}

/// Every span in the order in which they were made.
#[derive(Clone, Default)]
struct SeenSpans(Arc<Mutex<Vec<SeenSpan>>>);

/// The place of a span in the list.
struct SpanIndex(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SeenSpans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let parent = span.parent();
        let mut seen = SeenSpan {
            name: span.name(),
            parent: parent.and_then(|parent| parent.extensions().get::<SpanIndex>().map(|at| at.0)),
            fields: Vec::new(),
        };
        attributes.record(&mut seen);
        let mut all = self.0.lock().unwrap();
        span.extensions_mut().insert(SpanIndex(all.len()));
        all.push(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let at = span.extensions().get::<SpanIndex>().map(|at| at.0);
        if let Some(at) = at {
            values.record(&mut self.0.lock().unwrap()[at]);
        }
    }
}

impl Visit for SeenSpan {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.push((field.name(), format!("{value:?}")));
    }
}

/// From the outermost span to this one. A port's span is named by its operation.
fn path(all: &[SeenSpan], span: &SeenSpan) -> String {
    let operation = span.fields.iter().find(|(name, _)| *name == OPERATION);
    let name = operation.map_or(span.name, |(_, operation)| operation.trim_matches('"'));
    match span.parent {
        Some(parent) => format!("{} > {name}", path(all, &all[parent])),
        None => name.to_owned(),
    }
}

#[tokio::test]
async fn a_request_has_its_span_tree_and_no_secret_in_it() {
    let server = TestServer::start().await;
    let enrolled = MemberWithMfa::on(&server).await;
    let ada = enrolled.person;
    server.clock.next_step();
    let now = server.clock.now().millis();
    let code = enrolled.authenticator.code(now);
    let wrong = enrolled.authenticator.wrong_code(now);
    // Why there is a second subscriber stands in `log`.
    let _second = Dispatch::new(NoSubscriber::new());
    let spans = SeenSpans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());

    let mut browser = server.browser();
    let cookie = server.services.settings.cookies.session();
    let tokens = async {
        browser.sign_in(&ada).await.expect_ok();
        let half = browser.cookie(cookie).unwrap().to_owned();
        let refused = browser.call("session/verify_code", json!({ "code": wrong }));
        refused.await.expect_refused(401, "wrong_code");
        let accepted = browser.call("session/verify_code", json!({ "code": code }));
        accepted.await.expect_ok();
        [half, browser.cookie(cookie).unwrap().to_owned()]
    }
    .with_subscriber(subscriber)
    .await;

    let spans = spans.0.lock().unwrap().clone();
    let paths: BTreeSet<String> = spans.iter().map(|span| path(&spans, span)).collect();
    for expected in [
        "request > sign_in > users.credentials",
        "request > sign_in > hasher.verify",
        "request > verify_code > mfa.use_code",
    ] {
        assert!(paths.contains(expected), "no {expected} in {paths:#?}");
    }
    for operation in spans.iter().filter(|span| {
        let mut names = span.fields.iter().map(|(name, _)| *name);
        names.any(|name| name == OPERATION)
    }) {
        let path = path(&spans, operation);
        assert!(path.starts_with("request > "), "outside a request: {path}");
    }

    let key = BASE32_NOPAD.encode(enrolled.authenticator.key());
    let user = server.user(&ada).await;
    let [half, complete] = &tokens;
    for secret in [
        ada.password,
        ada.email,
        ada.name,
        user.as_str(),
        &code,
        &wrong,
        &key,
        half,
        complete,
    ] {
        for span in &spans {
            for (field, value) in &span.fields {
                let (name, value) = (span.name, value.to_lowercase());
                let is_secret = value.contains(&secret.to_lowercase());
                assert!(
                    !is_secret,
                    "{secret} in the field {field} of {name}: {value}"
                );
            }
        }
    }
}
