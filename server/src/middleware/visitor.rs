//! Where a request comes from.

use std::net::IpAddr;

use axum::extract::Request;

/// Whom a connection comes from; the listener notes it on each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The client's address; none where only a test leaves the peer out.
pub fn address(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.0)
}
