//! A server that becomes silent during a transaction and resumes later: what was cancelled
//! meanwhile is not applied.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use domain::ports::{AccountAddition, Accounts, PortError};
use storage::Store;
use tokio::time::timeout;

use crate::support::{ContractDatabase, people::account};

/// The store's time limit for an answer, plus a second for a slow machine.
const PATIENCE: Duration = Duration::from_secs(6);

/// A proxy to the server. Closes before a given word passes; from then on nothing passes in either
/// direction.
#[derive(Clone, Default)]
struct SilencingProxy(Arc<(Mutex<ProxyState>, Condvar)>);

#[derive(Default)]
struct ProxyState {
    is_closed: bool,
    before: Option<&'static str>,
    /// The connection that sends this word loses its host for good.
    gone_before: Option<&'static str>,
    /// The number of connections so far, and the one whose host is gone.
    connections: u32,
    gone: Option<u32>,
}

impl SilencingProxy {
    /// A proxy to the database, and the URL of its other end; `None` for a file.
    fn to(database: &ContractDatabase) -> Option<(Self, String)> {
        let (_, rest) = database.url.split_once('@')?;
        let (server, _) = rest.split_once('/')?;
        let (proxy, server) = (Self::default(), server.to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let url = database.url.replace(&server, &own);
        let both = proxy.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let number = both.count();
                both.pass(number, &client, &server);
                both.pass(number, &server, &client);
            }
        });
        Some((proxy, url))
    }

    fn count(&self) -> u32 {
        let mut state = self.0.0.lock().unwrap();
        state.connections += 1;
        state.connections
    }

    fn pass(&self, number: u32, from: &TcpStream, to: &TcpStream) {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let proxy = self.clone();
        thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                proxy.wait(number, &bytes[..count]);
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            // The other side may have closed first.
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
        let stands = |state: &mut ProxyState| state.is_closed || state.gone == Some(number);
        drop(changed.wait_while(state, stands).unwrap());
    }

    fn close_before(&self, word: &'static str) {
        self.0.0.lock().unwrap().before = Some(word);
    }

    /// From this word on, nothing passes on that connection and no error is reported; other
    /// connections work.
    fn lose_host_before(&self, word: &'static str) {
        self.0.0.lock().unwrap().gone_before = Some(word);
    }

    fn open(&self) {
        self.0.0.lock().unwrap().is_closed = false;
        self.0.1.notify_all();
    }
}

/// What a test does once the server answers again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    Nothing,
    AddAnother,
}

/// Adds an account while the server is silent before this word, then reopens the proxy. Returns the
/// final number of accounts.
async fn added_in_spite_of_silence(word: &'static str, afterwards: Afterwards) -> Option<i64> {
    let database = ContractDatabase::fresh().await;
    let (proxy, url) = SilencingProxy::to(&database)?;
    let store = Store::open(&url).await.unwrap();
    proxy.close_before(word);
    let added = timeout(PATIENCE, Accounts::add(&store, account("first"))).await;
    let added = added.unwrap();
    assert!(matches!(added, Err(PortError::Unavailable(_))), "{added:?}");
    proxy.open();
    if afterwards == Afterwards::AddAnother {
        assert_eq!(
            Accounts::add(&store, account("second")).await.unwrap(),
            AccountAddition::Added
        );
    }
    // Waits for pending work on every connection.
    store.close().await;
    Some(database.count("accounts").await)
}

#[tokio::test]
async fn a_statement_that_arrives_late_is_undone() {
    let count = added_in_spite_of_silence("INSERT INTO accounts", Afterwards::Nothing).await;
    assert!(matches!(count, None | Some(0)), "{count:?}");
}

/// The only transaction with an unknown result until the server answers again, because it may have
/// been committed before the silence.
#[tokio::test]
async fn a_commit_that_was_asked_for_may_come_late() {
    let count = added_in_spite_of_silence("COMMIT", Afterwards::Nothing).await;
    assert!(matches!(count, None | Some(1)), "{count:?}");
}

/// The late `BEGIN` leaves a connection inside a transaction; the next user of the connection must
/// not lose their own work in it.
#[tokio::test]
async fn a_beginning_that_arrives_late_takes_nobody_in() {
    let count = added_in_spite_of_silence("BEGIN", Afterwards::AddAnother).await;
    assert!(matches!(count, None | Some(1)), "{count:?}");
}

/// Closing waits for every place in the pool, so the end of this test shows that the connection's
/// place is not lost.
#[tokio::test]
async fn a_connection_to_a_host_that_is_gone_is_replaced() {
    let database = ContractDatabase::fresh().await;
    let Some((proxy, url)) = SilencingProxy::to(&database) else {
        return;
    };
    let store = Store::open(&url).await.unwrap();
    proxy.lose_host_before("FROM accounts");
    let listed = timeout(PATIENCE, Accounts::list(&store)).await.unwrap();
    assert!(matches!(listed, Err(PortError::Unavailable(_))));
    Accounts::list(&store).await.unwrap();
    timeout(2 * PATIENCE, store.close()).await.unwrap();
}
