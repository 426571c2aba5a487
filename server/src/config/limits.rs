//! Limits of the sign-in by address, and whose word on addresses counts.

use std::{net::IpAddr, sync::Arc};

use domain::address_limit::LIMIT;
use ipnet::IpNet;

use super::{LimitArgs, SettingError, filled};

/// More than that is no limit.
const MOST: u32 = 1_000_000;

/// What the operator set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Refused sign-ins that one address has in five minutes.
    pub address_limit: u32,
    /// Who may say where a request comes from.
    pub proxies: TrustedProxies,
}

/// The networks whose `X-Forwarded-For` is believed; none unless they are set. Cheap to clone.
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
    /// Whether an address is one of them.
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
                "`{}` is no number from 1 to {MOST}, such as {LIMIT}",
                text.escape_default()
            );
            SettingError::new("TWINLOCK_ADDRESS_LIMIT", problem)
        })
}

fn networks(text: &str) -> Result<TrustedProxies, SettingError> {
    let entries = text.split([',', ' ']).filter(|entry| !entry.is_empty());
    let networks: Result<Arc<[IpNet]>, _> = entries.map(network).collect();
    networks.map(TrustedProxies)
}

/// One network or one address; not all addresses, because then every client could say where it comes from.
fn network(text: &str) -> Result<IpNet, SettingError> {
    let address = || {
        text.parse()
            .ok()
            .map(|address: IpAddr| address.to_canonical().into())
    };
    let network: Option<IpNet> = text.parse().ok().or_else(address);
    network
        .filter(|network| network.prefix_len() > 0)
        .ok_or_else(|| {
            let problem = format!(
                "`{}` is no proxy's address or network, such as 10.0.0.2 or 10.0.0.0/8; several are separated by commas",
                text.escape_default()
            );
            SettingError::new("TWINLOCK_TRUSTED_PROXIES", problem)
        })
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
    fn a_wrong_setting_is_named(#[case] limit: &str, #[case] proxies: &str, #[case] name: &str) {
        let error = limits(limit, proxies).unwrap_err();
        assert!(error.starts_with(&format!("{name}: `")), "{error}");
    }
}
