//! A server that falls silent in the middle of a transaction and goes on later: what was given up meanwhile is not done.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use domain::ports::{Accounts, PortError};
use storage::Store;
use tokio::time::timeout;

use crate::support::{Database, people::account};

/// What the store waits for an answer, and a second for the machine.
const PATIENCE: Duration = Duration::from_secs(6);

/// A way to the server. It closes by itself before a certain word passes; nothing passes then, in either direction.
#[derive(Clone, Default)]
struct Wire(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    is_closed: bool,
    before: Option<&'static str>,
    /// The connection on which this word comes finds its host gone for good.
    gone_before: Option<&'static str>,
    /// Connections so far, and the one that leads to a host that is gone.
    connections: u32,
    gone: Option<u32>,
}

impl Wire {
    /// A wire to the database, and the URL of its other end; none to a file.
    fn to(database: &Database) -> Option<(Self, String)> {
        let (_, rest) = database.url.split_once('@')?;
        let (server, _) = rest.split_once('/')?;
        let (wire, server) = (Self::default(), server.to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let url = database.url.replace(&server, &own);
        let both = wire.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let number = both.count();
                both.pass(number, &client, &server);
                both.pass(number, &server, &client);
            }
        });
        Some((wire, url))
    }

    fn count(&self) -> u32 {
        let mut state = self.0.0.lock().unwrap();
        state.connections += 1;
        state.connections
    }

    fn pass(&self, number: u32, from: &TcpStream, to: &TcpStream) {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let wire = self.clone();
        thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                wire.wait(number, &bytes[..count]);
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            // The other side may have gone first.
            let _ = to.shutdown(Shutdown::Write);
        });
    }

    fn wait(&self, number: u32, bytes: &[u8]) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        let is_in = |word: &str| {
            bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes())
        };
        if state.before.is_some_and(is_in) {
            state.is_closed = true;
            state.before = None;
        }
        if state.gone_before.is_some_and(is_in) {
            state.gone = Some(number);
            state.gone_before = None;
        }
        let stands = |state: &mut State| state.is_closed || state.gone == Some(number);
        drop(changed.wait_while(state, stands).unwrap());
    }

    fn close_before(&self, word: &'static str) {
        self.0.0.lock().unwrap().before = Some(word);
    }

    /// Then nothing passes any more on the connection that asks for it, and nobody says so; others work.
    fn lose_host_before(&self, word: &'static str) {
        self.0.0.lock().unwrap().gone_before = Some(word);
    }

    fn open(&self) {
        self.0.0.lock().unwrap().is_closed = false;
        self.0.1.notify_all();
    }
}

/// Adds an account while the server falls silent before this word, and opens the wire again. Answers how many accounts there are at last.
async fn added_in_spite_of_silence(word: &'static str, again: bool) -> Option<i64> {
    let database = Database::fresh().await;
    let (wire, url) = Wire::to(&database)?;
    let store = Store::open(&url).await.unwrap();
    wire.close_before(word);
    let added = timeout(PATIENCE, Accounts::add(&store, account("first"))).await;
    let added = added.unwrap();
    assert!(matches!(added, Err(PortError::Unavailable(_))), "{added:?}");
    wire.open();
    if again {
        assert!(Accounts::add(&store, account("second")).await.unwrap());
    }
    // It waits for what every connection still has to do.
    store.close().await;
    Some(database.count("accounts").await)
}

#[tokio::test]
async fn a_statement_that_arrives_late_is_undone() {
    let count = added_in_spite_of_silence("INSERT INTO accounts", false).await;
    assert!(matches!(count, None | Some(0)), "{count:?}");
}

/// The one transaction of which nobody knows, until the server speaks again: it may have been done before the silence.
#[tokio::test]
async fn a_commit_that_was_asked_for_may_come_late() {
    let count = added_in_spite_of_silence("COMMIT", false).await;
    assert!(matches!(count, None | Some(1)), "{count:?}");
}

/// It is a connection inside a transaction that nobody began; whoever comes next must not lose their own in it.
#[tokio::test]
async fn a_beginning_that_arrives_late_takes_nobody_in() {
    let count = added_in_spite_of_silence("BEGIN", true).await;
    assert!(matches!(count, None | Some(1)), "{count:?}");
}

/// Its place in the pool is not lost with it: closing waits for every place.
#[tokio::test]
async fn a_connection_to_a_host_that_is_gone_is_replaced() {
    let database = Database::fresh().await;
    let Some((wire, url)) = Wire::to(&database) else {
        return;
    };
    let store = Store::open(&url).await.unwrap();
    wire.lose_host_before("FROM accounts");
    let listed = timeout(PATIENCE, Accounts::list(&store)).await.unwrap();
    assert!(matches!(listed, Err(PortError::Unavailable(_))));
    Accounts::list(&store).await.unwrap();
    timeout(2 * PATIENCE, store.close()).await.unwrap();
}
