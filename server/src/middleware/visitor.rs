//! Notes where each request comes from (ASVS V4.1.3, V15.3.4): the peer of its connection or, behind trusted proxies, what they say.

use std::net::{IpAddr, Ipv4Addr};

use app::{caller::Visitor, services::Settings};
use domain::client_address::ClientAddress;
use http::{HeaderMap, HeaderName, request::Parts};

use crate::config::TrustedProxies;

/// The one header that is read, and only of trusted proxies; `Forwarded` and `X-Real-IP` count for nothing.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whom a connection comes from; the listener notes it on each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Notes the visitor on the request, to be taken out of its extensions.
pub fn note(request: &mut Parts, settings: &Settings, proxies: &TrustedProxies) {
    // Without a peer, which only a test leaves out, all are counted as one and none goes uncounted.
    let peer = request.extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let address = client_address(peer, &request.headers, proxies);
    let visitor = Visitor::new(address, &request.headers, settings);
    request.extensions.insert(visitor);
}

/// The address of whoever sent a request.
fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> ClientAddress {
    // A line that is no text can't be read, and neither can what stands left of it.
    let lines = headers.get_all(X_FORWARDED_FOR).iter();
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or("")).collect();
    let entries = lines.iter().flat_map(|line| line.split(','));
    ClientAddress::behind(peer, entries, |address| proxies.contain(address))
}
