//! Determines where each request comes from (ASVS V4.1.3, V15.3.4): the connection's peer or,
//! behind trusted proxies, the address they report.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::atomic::{AtomicBool, Ordering},
};

use app::serve::visitor;
use domain::network::client_address::ClientAddress;
use http::{HeaderMap, HeaderName, Request, request::Parts};
use usecases::Settings;

use crate::config::TrustedProxies;

/// The only header that is read, and only from trusted proxies. `Forwarded` and `X-Real-IP` are
/// ignored.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The headers that a proxy may send, including those that are not read.
const FORWARDED: [&str; 3] = ["x-forwarded-for", "x-real-ip", "forwarded"];

/// The peer of a connection; the listener adds it to each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Adds the visitor to the request's extensions.
pub fn note(request: &mut Parts, settings: &Settings, proxies: &TrustedProxies) {
    // Only tests omit the peer. All such requests then count as one address, so that none goes
    // uncounted.
    let peer = request.extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let address = client_address(peer, &request.headers, proxies);
    let visitor = visitor(address, &request.headers, settings);
    request.extensions.insert(visitor);
}

/// Warns once per process if an untrusted proxy stands before the server, because then all users
/// behind it share one address, one rate limit, and one address in the events. For public addresses
/// there is a separate single warning: such a peer may be a rented proxy, or a client that forges
/// the header, which must not suppress the warning about an own proxy.
pub fn warn_of_unknown_proxy<B>(request: &Request<B>, proxies: &TrustedProxies) {
    static OF_PRIVATE: AtomicBool = AtomicBool::new(false);
    static OF_PUBLIC: AtomicBool = AtomicBool::new(false);
    if OF_PRIVATE.load(Ordering::Relaxed) && OF_PUBLIC.load(Ordering::Relaxed) {
        return;
    }
    let Some(peer) = request.extensions().get::<Peer>() else {
        return;
    };
    let peer = peer.0.to_canonical();
    let Some(warning) = unknown_proxy(peer, request.headers(), proxies) else {
        return;
    };
    let is_said = if is_private(peer) {
        &OF_PRIVATE
    } else {
        &OF_PUBLIC
    };
    if !is_said.swap(true, Ordering::Relaxed) {
        tracing::warn!("{warning}");
    }
}

/// Returns the warning about a peer that forwards for others and is not trusted.
fn unknown_proxy(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Option<String> {
    let header = FORWARDED.iter().find(|name| headers.contains_key(**name));
    let header = header.filter(|_| !proxies.contain(peer))?;
    let advice = if is_private(peer) {
        format!(
            "if it is your proxy, set TWINLOCK_TRUSTED_PROXIES={peer}, and let it send X-Forwarded-For"
        )
    } else {
        "if it is your proxy or CDN, name its networks in TWINLOCK_TRUSTED_PROXIES, and let it \
        send X-Forwarded-For; if not, the header was made up and has no effect"
            .to_owned()
    };
    Some(format!(
        "{peer} sends `{header}` and is not among TWINLOCK_TRUSTED_PROXIES, so that everyone \
        behind it counts as one address: {advice}"
    ))
}

/// Returns whether an address is in a network of one's own proxies, which is not reachable from the
/// Internet.
fn is_private(peer: IpAddr) -> bool {
    match peer {
        // Includes the shared address space of providers (RFC 6598), where some clouds have their
        // load balancers.
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || is_shared
        }
        IpAddr::V6(ip) => {
            ip == Ipv6Addr::LOCALHOST || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    }
}

/// Returns the address of the client that sent a request.
pub fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    proxies: &TrustedProxies,
) -> ClientAddress {
    // A header line that is not text can't be parsed, and the entries to its left can't be trusted.
    let lines = headers.get_all(X_FORWARDED_FOR).iter();
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or("")).collect();
    let entries = lines.iter().flat_map(|line| line.split(','));
    ClientAddress::behind(peer, entries, |address| proxies.contain(address))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use rstest::rstest;

    use super::*;
    use crate::config::{LimitArgs, Limits};

    #[rstest]
    #[case(
        "10.0.0.7",
        "X-Forwarded-For",
        Some("set TWINLOCK_TRUSTED_PROXIES=10.0.0.7")
    )]
    #[case("203.0.113.9", "X-Forwarded-For", Some("the header was made up"))]
    #[case("2001:db8::7", "Forwarded", Some("if it is your proxy or CDN"))]
    #[case("192.0.2.7", "X-Forwarded-For", None)]
    #[case("203.0.113.9", "User-Agent", None)]
    fn s12_a_proxy_that_is_not_trusted_is_told(
        #[case] peer: &str,
        #[case] header: &'static str,
        #[case] words: Option<&str>,
    ) {
        let limits = LimitArgs {
            address_limit: None,
            trusted_proxies: Some("192.0.2.0/24".to_owned()),
        };
        let proxies = Limits::new(&limits).unwrap().proxies;
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_bytes(header.as_bytes()).unwrap(),
            HeaderValue::from_static("198.51.100.1"),
        );
        let told = unknown_proxy(peer.parse().unwrap(), &headers, &proxies);
        assert_eq!(told.is_some(), words.is_some());
        assert!(told.unwrap_or_default().contains(words.unwrap_or_default()));
    }

    #[rstest]
    #[case("127.0.0.1", true)]
    #[case("10.1.2.3", true)]
    #[case("172.18.0.1", true)]
    #[case("192.168.1.1", true)]
    #[case("100.64.0.9", true)]
    #[case("169.254.1.1", true)]
    #[case("::1", true)]
    #[case("fd00::7", true)]
    #[case("fe80::7", true)]
    #[case("203.0.113.9", false)]
    #[case("100.128.0.1", false)]
    #[case("2001:db8::7", false)]
    fn s12_a_proxy_of_ones_own_has_a_private_address(#[case] peer: &str, #[case] private: bool) {
        assert_eq!(is_private(peer.parse().unwrap()), private);
    }
}
