//! Determines where a request comes from: the peer, or the client that a trusted proxy reports
//! (ASVS V4.1.3, V15.3.4).

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

/// The bits of an IPv6 address that one customer of a provider controls (RFC 6177 §2). The customer
/// can change the address within them at will.
const SHARED_BITS: u128 = 64;
/// The bits of an IPv6 address that one site controls at most (RFC 6177 §2): a /48 contains 65,536
/// counted addresses.
const SITE_BITS: u128 = 80;

/// The address of the client that sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

/// The key for counting refused sign-ins: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountedAddress(String);

/// The key for sharing resources: an IPv4 address, or the /48 of an IPv6 address. A host that
/// changes its /64 at will stays in its network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Network(String);

impl ClientAddress {
    /// Wraps an address. Converts an IPv4-mapped IPv6 address to IPv4.
    #[must_use]
    pub const fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// Determines the client's address behind trusted proxies. Each proxy appends the address of
    /// its peer to `X-Forwarded-For`, so the entries are read from the right while the appending
    /// proxy is trusted. An entry that can't be parsed ends the search: the last known address
    /// counts.
    pub fn behind<'a>(
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
        is_trusted: impl Fn(IpAddr) -> bool,
    ) -> Self {
        let mut known = Self::new(peer);
        for entry in forwarded.rev() {
            if !is_trusted(known.0) {
                break;
            }
            let Some(heard) = parse(entry) else { break };
            known = Self::new(heard);
        }
        known
    }

    /// The IP address.
    #[must_use]
    pub const fn ip(&self) -> IpAddr {
        self.0
    }

    /// The key for counting refused sign-ins.
    #[must_use]
    pub fn counted(&self) -> CountedAddress {
        CountedAddress(match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/64", without(address, SHARED_BITS)),
        })
    }

    /// The network of the address.
    #[must_use]
    pub fn network(&self) -> Network {
        Network(match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/48", without(address, SITE_BITS)),
        })
    }
}

/// Sets the last `bits` bits of the address to zero.
fn without(address: Ipv6Addr, bits: u128) -> Ipv6Addr {
    Ipv6Addr::from(u128::from(address) >> bits << bits)
}

/// Parses an entry of `X-Forwarded-For`: an address, with a port from some proxies.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    entry.parse().ok().or_else(with_port).or_else(in_brackets)
}

impl Network {
    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CountedAddress {
    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const PEER: &str = "192.0.2.1";

    fn behind(peer: &str, forwarded: &str) -> String {
        let trusted =
            |address: IpAddr| address.to_string().starts_with("10.") || address.is_loopback();
        ClientAddress::behind(peer.parse().unwrap(), forwarded.split(','), trusted).to_string()
    }

    #[rstest]
    #[case::not_trusted(PEER, "203.0.113.9", PEER)]
    #[case::one_proxy("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    #[case::two_proxies("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9")]
    #[case::forged("10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9")]
    #[case::forged_as_a_proxy("10.0.0.1", "198.51.100.7, 10.0.0.9, 203.0.113.9", "203.0.113.9")]
    #[case::only_proxies("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3")]
    #[case::port("10.0.0.1", "203.0.113.9:4711", "203.0.113.9")]
    #[case::v6("::1", "2001:db8::7", "2001:db8::7")]
    #[case::v6_port("::1", "[2001:db8::7]:443", "2001:db8::7")]
    #[case::v6_brackets("::1", "[2001:db8::7]", "2001:db8::7")]
    #[case::mapped("::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9")]
    #[case::nothing("10.0.0.1", "", "10.0.0.1")]
    #[case::garbage("10.0.0.1", "203.0.113.9, a", "10.0.0.1")]
    #[case::zone("10.0.0.1", "fe80::1%eth0", "10.0.0.1")]
    #[case::unknown("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2")]
    fn entries_are_read_from_the_right_past_trusted_proxies(
        #[case] peer: &str,
        #[case] forwarded: &str,
        #[case] client: &str,
    ) {
        assert_eq!(behind(peer, forwarded), client);
    }

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    #[case("2001:db8:1:2:ffff::", "2001:db8:1:2::/64")]
    #[case("::ffff:203.0.113.9", "203.0.113.9")]
    fn an_address_is_counted_with_those_that_one_person_has(
        #[case] address: &str,
        #[case] counted: &str,
    ) {
        assert_eq!(
            ClientAddress::new(address.parse().unwrap())
                .counted()
                .as_str(),
            counted
        );
    }

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    #[case("2001:db8:1:ffff::7", "2001:db8:1::/48")]
    #[case("2001:db8:2::", "2001:db8:2::/48")]
    fn a_network_is_all_that_one_site_has(#[case] address: &str, #[case] network: &str) {
        let address = ClientAddress::new(address.parse().unwrap());
        assert_eq!(address.network().as_str(), network);
    }

    proptest! {
        #[test]
        fn whoever_is_not_trusted_is_counted_by_their_own_address(forwarded in ".{0,200}") {
            prop_assert_eq!(behind(PEER, &forwarded), PEER);
        }
    }
}
