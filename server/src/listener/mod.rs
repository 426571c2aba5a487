//! Serves connections until it is told to stop, and then lets the requests in progress finish.

mod timed_connection;

use std::{convert::Infallible, io, net::IpAddr};

use axum::Router;
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use std::time::Duration;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;

use self::timed_connection::{AnswersInProgress, ConnectionTimes, TimedConnection};
use crate::{
    config::Timeouts, middleware::every_request::visitor::Peer, process::signals::Signals,
};

/// How long a client may take to send its request's head, from its first byte.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The largest head of a request. Requests of our pages stay far below it.
const HEAD_BYTES: usize = 32 * 1024;
/// How long sent data may stay unread: otherwise a client that never reads would keep its
/// connection and its answer forever.
const UNREAD_TIME: Duration = Duration::from_mins(1);
/// A pause while the system has no free file descriptor; connections that end meanwhile free one.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(200);

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServeEnd {
    /// All requests in progress were answered.
    Finished,
    /// Some requests were cut off, because the time limit had passed.
    TimeUp,
    /// Requests were cut off, because a second signal came.
    AtOnce,
}

/// Connections, and the tasks that end with them at the latest.
#[derive(Default)]
struct Connections {
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
}

/// Serves until a signal comes. First `stopping` is called; new connections are still accepted for
/// as long as `timeouts` says, so that load balancers learn from the health check that this server
/// stops.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    mut signals: Signals,
    timeouts: Timeouts,
    stopping: impl FnOnce(),
) -> ServeEnd {
    let mut connections = Connections::default();
    tokio::select! {
        never = take(&listener, &router, timeouts.idle, &mut connections) => match never {},
        () = signals.next() => {}
    }
    stopping();
    if !timeouts.delay.is_zero() {
        tracing::info!(
            seconds = timeouts.delay.as_secs(),
            "stopping: not ready any more"
        );
        tokio::select! {
            never = take(&listener, &router, timeouts.idle, &mut connections) => match never {},
            () = sleep(timeouts.delay) => {}
            () = signals.next() => return ServeEnd::AtOnce,
        }
    }
    drop(listener);
    tracing::info!("stopping: answers in progress are finished first");
    // Dropping the tasks at the end closes the connections that are still open.
    let Connections { graceful, tasks } = connections;
    let end = tokio::select! {
        done = timeout(timeouts.limit, graceful.shutdown()) => match done {
            Ok(()) => ServeEnd::Finished,
            Err(_) => ServeEnd::TimeUp,
        },
        () = signals.next() => ServeEnd::AtOnce,
    };
    if end != ServeEnd::Finished {
        tracing::warn!("stopped with answers unfinished");
    }
    drop(tasks);
    end
}

/// Accepts connections for as long as the future is polled.
async fn take(
    listener: &TcpListener,
    router: &Router,
    idle: Duration,
    connections: &mut Connections,
) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let watcher = connections.graceful.watcher();
                let connection = converse(stream, peer.ip(), router.clone(), idle, watcher);
                connections.tasks.spawn(connection);
            }
            Err(error) => give_way(&error).await,
        }
        // Removes the tasks that have ended.
        while connections.tasks.try_join_next().is_some() {}
    }
}

async fn converse(
    stream: TcpStream,
    peer: IpAddr,
    router: Router,
    idle: Duration,
    watcher: Watcher,
) {
    // Answers are small, so waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    give_up_unread(&stream, UNREAD_TIME);
    let answering = AnswersInProgress::default();
    let times = ConnectionTimes {
        head: HEAD_TIME,
        idle,
    };
    let stream = TimedConnection::new(stream, times, answering.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let answer = answering.begin();
        let response = router.clone().oneshot(request);
        async move {
            let response = response.await;
            drop(answer);
            response
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Makes the kernel end the connection when sent data stays unacknowledged for this long
/// (`TCP_USER_TIMEOUT`, RFC 5482).
#[cfg(target_os = "linux")]
fn give_up_unread(stream: &TcpStream, time: Duration) {
    if let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(time)) {
        tracing::debug!(%error, "a client that does not read is not given up");
    }
}

/// Other systems keep the connection, because they are only for development.
#[cfg(not(target_os = "linux"))]
fn give_up_unread(_: &TcpStream, _: Duration) {}

/// Ignores a connection that was closed before it was accepted; any other error concerns the whole
/// server.
async fn give_way(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::error!(%error, "no connection can be accepted");
        sleep(EXHAUSTED_PAUSE).await;
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn a_client_that_never_reads_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut stream, _) = listener.accept().await.unwrap();
        give_up_unread(&stream, Duration::from_millis(300));
        let fill = async {
            loop {
                if let Err(error) = stream.write_all(&[0; 4096]).await {
                    return error.kind();
                }
            }
        };
        let end = timeout(Duration::from_secs(20), fill).await.unwrap();
        assert_eq!(end, io::ErrorKind::TimedOut);
    }
}
