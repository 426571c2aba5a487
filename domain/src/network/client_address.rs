//! Where a request comes from, as far as it can be known: the peer, or what a trusted proxy says of it (ASVS V4.1.3, V15.3.4).

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

/// The bits of an IPv6 address that one customer of a provider shares (RFC 6177 §2): within them anybody changes the address at will.
const SHARED_BITS: u128 = 64;
/// The bits of an IPv6 address that one site may get at most (RFC 6177 §2): a /48 holds 65,536 counted addresses.
const SITE_BITS: u128 = 80;

/// The address of whoever sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

/// What refused sign-ins are counted by: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountedAddress(String);

/// What shares are given to: an IPv4 address, or the /48 of an IPv6 address. A host that changes its /64 at will stays in its network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Network(String);

impl ClientAddress {
    /// Wraps an address; an IPv4 address that is written as an IPv6 one is itself.
    #[must_use]
    pub const fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address behind trusted proxies. Each of them appends whom it heard to `X-Forwarded-For`, so that the entries are read from the
    /// right for as long as whoever appended them is trusted. What can't be read ends it: then the last one that was known counts, and never nothing.
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

    /// The address itself.
    #[must_use]
    pub const fn ip(&self) -> IpAddr {
        self.0
    }

    /// What it is counted by.
    #[must_use]
    pub fn counted(&self) -> CountedAddress {
        CountedAddress(match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/64", without(address, SHARED_BITS)),
        })
    }

    /// The network that it stands in.
    #[must_use]
    pub fn network(&self) -> Network {
        Network(match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/48", without(address, SITE_BITS)),
        })
    }
}

/// The address with so many of its last bits at zero.
fn without(address: Ipv6Addr, bits: u128) -> Ipv6Addr {
    Ipv6Addr::from(u128::from(address) >> bits << bits)
}

/// An entry of `X-Forwarded-For`: an address, by some proxies with a port.
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
