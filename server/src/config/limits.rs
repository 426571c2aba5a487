//! Rate limits of the sign-in by address, and the proxies that are trusted to name addresses.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use domain::session::address_limit::LIMIT;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{LimitArgs, SettingError, filled};

/// The IPv6 network of IPv4-mapped addresses (RFC 4291, 2.5.5.2). Such addresses are compared as
/// IPv4.
const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
/// A higher number would be no limit.
const MOST: u32 = 1_000_000;

/// The operator's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Refused sign-ins that one address may have in five minutes.
    pub address_limit: u32,
    /// The proxies that may name the client's address.
    pub proxies: TrustedProxies,
}

/// The networks whose `X-Forwarded-For` is trusted; none by default. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl Limits {
    /// Reads both settings.
    pub fn new(args: &LimitArgs) -> Result<Self, SettingError> {
        let address_limit = filled(args.address_limit.as_deref());
        let proxies = filled(args.trusted_proxies.as_deref());
        Ok(Self {
            address_limit: address_limit.map_or(Ok(LIMIT), limit)?,
            proxies: proxies.map_or_else(|| Ok(TrustedProxies::default()), networks)?,
        })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_limit: LIMIT,
            proxies: TrustedProxies::default(),
        }
    }
}

impl TrustedProxies {
    /// Returns whether no proxy is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether an address is in one of the networks.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn limit(text: &str) -> Result<u32, SettingError> {
    let number = text.parse().ok();
    number
        .filter(|number| (1..=MOST).contains(number))
        .ok_or_else(|| {
            let problem = format!(
                "`{}` is not a number from 1 to {MOST}, such as {LIMIT}",
                text.escape_default()
            );
            SettingError::new("TWINLOCK_ADDRESS_LIMIT", problem)
        })
}

fn networks(text: &str) -> Result<TrustedProxies, SettingError> {
    let is_between = |mark: char| mark == ',' || mark.is_whitespace();
    let entries = text.split(is_between).filter(|entry| !entry.is_empty());
    let networks: Result<Arc<[IpNet]>, _> = entries.map(network).collect();
    networks.map(TrustedProxies)
}

/// Parses one network or one address. The network of all addresses is refused, because then every
/// client could choose its address.
fn network(text: &str) -> Result<IpNet, SettingError> {
    let refused = |why: &str| {
        let text = text.escape_default();
        let problem = format!("`{text}` {why}; several are separated by commas");
        SettingError::new("TWINLOCK_TRUSTED_PROXIES", problem)
    };
    let address = || text.parse().ok().map(|address: IpAddr| address.into());
    let network: Option<IpNet> = text.parse().ok().or_else(address);
    let network = network.and_then(canonical).filter(|network| {
        let address = network.network();
        network.prefix_len() > 0 && !address.is_unspecified() && !address.is_multicast()
    });
    let network = network.ok_or_else(|| {
        refused("is not a proxy's address or network, such as 10.0.0.2 or 10.0.0.0/8")
    })?;
    let whole = network.trunc();
    if whole != network {
        let address = network.addr();
        return Err(refused(&format!(
            "is more than one address and begins elsewhere: write {whole} for the network, or {address} for that address alone"
        )));
    }
    Ok(network)
}

/// Returns the IPv4 network for an IPv4-mapped one; none for a network that contains all of IPv4
/// and more.
fn canonical(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(six) = network else {
        return Some(network);
    };
    match six.addr().to_ipv4_mapped() {
        Some(address) => {
            let prefix = six.prefix_len().checked_sub(MAPPED.prefix_len())?;
            Ipv4Net::new(address, prefix).ok().map(IpNet::V4)
        }
        None => (!six.contains(&MAPPED)).then_some(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn limits(address_limit: &str, trusted_proxies: &str) -> Result<Limits, String> {
        let args = LimitArgs {
            address_limit: Some(address_limit.to_owned()),
            trusted_proxies: Some(trusted_proxies.to_owned()),
        };
        Limits::new(&args).map_err(|error| error.to_string())
    }

    #[test]
    fn without_settings_nobody_is_trusted() {
        let limits = limits("", " ").unwrap();
        assert_eq!(limits, Limits::default());
        assert!(!limits.proxies.contain([127, 0, 0, 1].into()));
    }

    #[test]
    fn networks_and_addresses_are_trusted() {
        let proxies = limits("20", "10.0.0.0/8, 192.0.2.1,fd00::/8")
            .unwrap()
            .proxies;
        for trusted in ["10.1.2.3", "192.0.2.1", "fd00::1"] {
            assert!(proxies.contain(trusted.parse().unwrap()), "{trusted}");
        }
        for other in ["11.0.0.1", "192.0.2.2", "2001:db8::1"] {
            assert!(!proxies.contain(other.parse().unwrap()), "{other}");
        }
    }

    /// RC9: such networks were accepted, but no address ever matched them.
    #[test]
    fn an_ipv4_network_written_as_ipv6_is_the_ipv4_network() {
        let written = "::ffff:10.0.0.0/104,, ::ffff:192.0.2.1\t,::ffff:198.51.100.7/128";
        let proxies = limits("", written).unwrap().proxies;
        let plain = "10.0.0.0/8 192.0.2.1 198.51.100.7/32";
        for trusted in ["10.1.2.3", "192.0.2.1", "198.51.100.7"] {
            assert!(proxies.contain(trusted.parse().unwrap()), "{trusted}");
        }
        assert_eq!(limits("", plain).unwrap().proxies.0.len(), proxies.0.len());
        assert!(!proxies.contain("11.0.0.1".parse().unwrap()));
    }

    #[rstest]
    #[case("10.0.0.5/8", "10.0.0.0/8", "10.0.0.5")]
    #[case("::ffff:10.0.0.5/104", "10.0.0.0/8", "10.0.0.5")]
    #[case("fd00::1/8", "fd00::/8", "fd00::1")]
    fn a_network_that_begins_elsewhere_is_refused_with_both_meanings(
        #[case] text: &str,
        #[case] network: &str,
        #[case] address: &str,
    ) {
        let error = limits("", text).unwrap_err();
        let right = format!("write {network} for the network, or {address} for that address alone");
        assert!(error.contains(&right), "{error}");
    }

    #[rstest]
    #[case("0", "", "TWINLOCK_ADDRESS_LIMIT")]
    #[case("-1", "", "TWINLOCK_ADDRESS_LIMIT")]
    #[case("many", "", "TWINLOCK_ADDRESS_LIMIT")]
    #[case("1000001", "", "TWINLOCK_ADDRESS_LIMIT")]
    #[case("", "proxy.example.com", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "10.0.0.0/33", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "10.0.0.1, 0.0.0.0/0", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "::/0", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "fe80::1%eth0", "TWINLOCK_TRUSTED_PROXIES")]
    #[case::rc9_all_of_ipv4("", "::ffff:0:0/96", "TWINLOCK_TRUSTED_PROXIES")]
    #[case::rc9_too_wide("", "::ffff:10.0.0.0/95", "TWINLOCK_TRUSTED_PROXIES")]
    #[case::rc9_holds_ipv4("", "::/64", "TWINLOCK_TRUSTED_PROXIES")]
    #[case::rc9_holds_ipv4_too("", "::ffff:10.0.0.0/8", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "0.0.0.0", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "::", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "224.0.0.1", "TWINLOCK_TRUSTED_PROXIES")]
    #[case("", "10.0.0.0/8,fe80::/10%eth0", "TWINLOCK_TRUSTED_PROXIES")]
    fn a_wrong_setting_is_named(#[case] limit: &str, #[case] proxies: &str, #[case] name: &str) {
        let error = limits(limit, proxies).unwrap_err();
        assert!(error.starts_with(&format!("{name}: `")), "{error}");
    }
}
