//! What the log records of a request, and what it leaves out.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing::{Dispatch, instrument::WithSubscriber, subscriber::NoSubscriber};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::TestServer;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_line_names_the_path_and_no_secret() {
    let server = TestServer::start().await;
    let ada = server.add_owner().await;
    // `tracing` caches whether a call site is enabled when a thread first reaches it. With one
    // subscriber in the process it asks only that thread's own, and a thread of another test has
    // none, so the call site would stay silent for this test too. With two subscribers it asks
    // both.
    let _second = Dispatch::new(NoSubscriber::new());
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(lines.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .finish();

    let mut browser = server.browser();
    let id = async {
        browser.get("/invitation?token=hunter2").await;
        browser
            .call(
                "session/sign_in",
                json!({ "email": "no one at all", "password": "hunter2" }),
            )
            .await;
        browser
            .sign_in(&ada)
            .await
            .header("x-request-id")
            .to_owned()
    }
    .with_subscriber(subscriber)
    .await;

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line = log
        .lines()
        .find(|line| line.contains(&id) && line.contains("answered"))
        .unwrap();
    for part in [
        "method=POST",
        "path=\"/api/session/sign_in\"",
        "status=200",
        "ms=",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
    let token = browser
        .cookie(server.services.settings.cookies.session())
        .unwrap();
    for secret in ["hunter2", ada.password, token] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
