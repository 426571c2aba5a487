//! Serves connections until it is told to stop, and then lets those that are being answered finish.

use std::{io, net::IpAddr, time::Duration};

use axum::Router;
use http::Request;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::middleware::visitor::Peer;

/// How long a client may take to send its request's head; an idle connection is closed after the same time.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The largest head of a request: a page's requests stay far below it.
const HEAD_BYTES: usize = 32 * 1024;
/// How long answers in progress may take once the server is told to stop.
const STOP_TIME: Duration = Duration::from_secs(10);
/// A pause while the system has no file descriptor to give; connections that end meanwhile free one.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop` resolves.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let connection = converse(stream, peer.ip(), router.clone(), connections.watcher());
                    tokio::spawn(connection);
                }
                Err(error) => give_way(&error).await,
            },
        }
    }
    drop(listener);
    tracing::info!("stopping: answers in progress are finished first");
    if timeout(STOP_TIME, connections.shutdown()).await.is_err() {
        tracing::warn!("stopped with answers unfinished");
    }
}

async fn converse(stream: TcpStream, peer: IpAddr, router: Router, watcher: Watcher) {
    // Answers are small; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let service = ServiceExt::<Request<Incoming>>::map_request(
        router,
        move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request
        },
    );
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}

/// A connection that was gone before it was accepted is nobody's trouble; anything else concerns the whole server.
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

/// Resolves when the operator (Ctrl+C) or the service manager (SIGTERM) stops the server.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
